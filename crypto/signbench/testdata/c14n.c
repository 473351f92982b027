/*
 * Canonicalises a document with libxml2, exclusively and without comments.
 *
 * A request on standard input is one byte of operation and a 32-bit number; the
 * answer on standard output is 64 bits of nanoseconds spent and a string with
 * its 32-bit length before it. All numbers are little-endian.
 *
 *   l: the number is a length, that many bytes of a document follow, which the
 *      other operations are about
 *   c: canonicalises the document, already parsed, that many times
 *   p: parses and canonicalises it that many times
 *   o: answers with the canonical form
 *   v: answers with the version of libxml2
 *   q: quits
 */
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void need(int ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "cannot %s\n", what);
        exit(1);
    }
}

static void get(void *p, size_t n) { need(fread(p, 1, n, stdin) == n, "read a request"); }

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static uint64_t passed;

/* What a hash would take, uncopied. */
static int take(void *context, const char *data, int len) {
    (void)context;
    (void)data;
    passed += len;
    return len;
}

static xmlDocPtr parse(const char *data, uint32_t len) {
    xmlDocPtr doc = xmlReadMemory(data, len, NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
    need(doc != NULL, "parse the document");
    return doc;
}

static void canonicalise(xmlDocPtr doc) {
    xmlOutputBufferPtr out = xmlOutputBufferCreateIO(take, NULL, NULL, NULL);
    need(out && xmlC14NDocSaveTo(doc, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, out) >= 0, "canonicalise");
    need(xmlOutputBufferClose(out) >= 0, "finish the canonical form");
}

int main(void) {
    char *data = NULL;
    uint32_t len = 0;
    LIBXML_TEST_VERSION
    for (;;) {
        unsigned char op;
        uint32_t n, out_len = 0;
        uint64_t start = 0, spent = 0;
        xmlChar *out = NULL;
        xmlDocPtr doc;
        get(&op, 1);
        if (op == 'q')
            return 0;
        get(&n, 4);
        switch (op) {
        case 'l':
            free(data);
            data = malloc(n + 1);
            len = n;
            get(data, len);
            break;
        case 'c':
            doc = parse(data, len);
            start = now();
            for (uint32_t i = 0; i < n; i++)
                canonicalise(doc);
            spent = now() - start;
            xmlFreeDoc(doc);
            break;
        case 'p':
            start = now();
            for (uint32_t i = 0; i < n; i++) {
                doc = parse(data, len);
                canonicalise(doc);
                xmlFreeDoc(doc);
            }
            spent = now() - start;
            break;
        case 'o': {
            int size;
            doc = parse(data, len);
            size = xmlC14NDocDumpMemory(doc, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &out);
            need(size >= 0, "canonicalise");
            out_len = size;
            xmlFreeDoc(doc);
            break;
        }
        case 'v':
            out = xmlStrdup((const xmlChar *)LIBXML_DOTTED_VERSION);
            out_len = strlen((char *)out);
            break;
        default:
            need(0, "understand the request");
        }
        fwrite(&spent, 8, 1, stdout);
        fwrite(&out_len, 4, 1, stdout);
        fwrite(out, 1, out_len, stdout);
        fflush(stdout);
        xmlFree(out);
    }
}
