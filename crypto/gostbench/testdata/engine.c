/*
 * Answers requests to hash, sign and verify with OpenSSL's gost-engine.
 *
 * A request on standard input is: one byte of operation (h, s, v, q to quit),
 * a 32-bit number of repetitions, and three strings, each with a 32-bit length
 * before it. The answer on standard output is: one byte of status (1 for done
 * or holds), 64 bits of nanoseconds spent, and a string with its length before
 * it. All numbers are little-endian.
 *
 *   h: name of the hash function, data      -> digest
 *   s: PKCS#8 DER, digest                   -> signature
 *   v: SubjectPublicKeyInfo DER, digest, signature
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct { unsigned char *data; uint32_t len; } string;

static void need(int ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "cannot %s\n", what);
        exit(1);
    }
}

static void get(void *p, size_t n) { need(fread(p, 1, n, stdin) == n, "read a request"); }

static string get_string(void) {
    string s;
    get(&s.len, 4);
    s.data = malloc(s.len + 1);
    get(s.data, s.len);
    s.data[s.len] = 0;
    return s;
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

int main(void) {
    ENGINE_load_builtin_engines();
    ENGINE *engine = ENGINE_by_id("gost");
    need(engine && ENGINE_init(engine) && ENGINE_set_default(engine, ENGINE_METHOD_ALL), "load the engine");

    for (;;) {
        unsigned char op, status = 0, out[256];
        uint32_t times, out_len = 0;
        get(&op, 1);
        if (op == 'q')
            return 0;
        get(&times, 4);
        string a = get_string(), b = get_string(), c = get_string();
        const unsigned char *p = a.data;
        uint64_t start = 0, spent = 0;

        if (op == 'h') {
            const EVP_MD *md = EVP_get_digestbyname((char *)a.data);
            need(md != NULL, "find the hash function");
            start = now();
            for (uint32_t i = 0; i < times; i++)
                status = EVP_Digest(b.data, b.len, out, &out_len, md, NULL) == 1;
            spent = now() - start;
        } else {
            EVP_PKEY *key = op == 's' ? d2i_AutoPrivateKey(NULL, &p, a.len) : d2i_PUBKEY(NULL, &p, a.len);
            if (key != NULL) {
                EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, engine);
                size_t len = sizeof out;
                if (op == 's') {
                    need(EVP_PKEY_sign_init(ctx) == 1, "begin to sign");
                    start = now();
                    for (uint32_t i = 0; i < times; i++) {
                        len = sizeof out;
                        status = EVP_PKEY_sign(ctx, out, &len, b.data, b.len) == 1;
                    }
                    out_len = status ? len : 0;
                } else {
                    need(EVP_PKEY_verify_init(ctx) == 1, "begin to verify");
                    start = now();
                    for (uint32_t i = 0; i < times; i++)
                        status = EVP_PKEY_verify(ctx, c.data, c.len, b.data, b.len) == 1;
                }
                spent = now() - start;
                EVP_PKEY_CTX_free(ctx);
                EVP_PKEY_free(key);
            }
        }
        fwrite(&status, 1, 1, stdout);
        fwrite(&spent, 8, 1, stdout);
        fwrite(&out_len, 4, 1, stdout);
        fwrite(out, 1, out_len, stdout);
        fflush(stdout);
        free(a.data);
        free(b.data);
        free(c.data);
    }
}
