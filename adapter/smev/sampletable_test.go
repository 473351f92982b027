package smev

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

const (
	multipart13 = `multipart/related; type="application/xop+xml"; boundary="f438a15e-9b5b-491f-9b47-aba4d00b8837"; start="<root.message@cxf.apache.org>"; start-info="text/xml"`
	multipart16 = `multipart/related; type="application/xop+xml"; boundary="uuid:2942f834-b58c-4176-88e9-70a8b9c76260"; start="<root.message@cxf.apache.org>"; start-info="text/xml";charset=UTF-8`
)

// sampleRow is one line of the table: a sample, what its description marks of its
// signatures, and what a consumer does about it (SPEC.md#answers, #faults). Signatures are
// given by their wrapper; D is the digest, S the signature value.
type sampleRow struct {
	file, contentType string
	asSigned          bool // indentation added after signing is taken away
	version           Version
	op                Operation
	marks             string
	action            string
}

var sampleRows = []sampleRow{
	{"01-send-request-v12-signed.xml", "", false, Version12, OpSendRequest, "Caller D+ S+", "a call: nothing to read"},
	{"02-send-request-response-v12.xml", "", false, Version12, OpSendRequest, "SMEV D+ S+", "requestIsQueued: wait for the answer"},
	{"03-get-response-response-v12.xml", "", false, Version12, OpGetResponse, "Sender D+ S+, SMEV D+ S+", "store, ack, complete the request"},
	{"06-get-request-response-v11-xop-fs.xml", "", false, Version11, OpGetRequest, "SMEV D- S+", "not believed: store, alarm, apply nothing"},
	{"07-send-request-v11-inline-attachment-redacted.xml", "", false, Version11, OpSendRequest, "Caller D- S+", "a call: nothing to read"},
	{"08-fault-target-message-is-not-found-v12.xml", "", false, Version12, OpAck, "", "TargetMessageIsNotFound: already_done"},
	{"09-fault-signature-verification-v12.xml", "", false, Version12, OpGetResponse, "", "SignatureVerificationFault/CertificateIsExpired: fix_configuration, alert"},
	{"10-fault-without-detail.xml", "", false, Version12, OpSendRequest, "", "nameless fault: unknown, alert"},
	{"11-get-response-async-rejected-v12.xml", "", false, Version12, OpGetResponse, "Sender D+ S-, SMEV D+ S-", "not believed: store, alarm, apply nothing"},
	{"11-get-response-async-rejected-v12.xml", "", true, Version12, OpGetResponse, "Sender D+ S+, SMEV D+ S+", "store, ack, request_failed by InvalidContent: fix_data"},
	{"12-get-response-empty-queue-v12.xml", "", false, Version12, OpGetResponse, "", "the queue is empty"},
	{"13-get-response-empty-queue-multipart-v12.txt", multipart13, false, Version12, OpGetResponse, "", "the queue is empty"},
	{"14-send-request-response-v12-reindented.xml", "", false, Version12, OpSendRequest, "SMEV D+ S-", "not believed: send the same bytes again"},
	{"14-send-request-response-v12-reindented.xml", "", true, Version12, OpSendRequest, "SMEV D+ S+", "requestIsQueued: wait for the answer"},
	{"15-get-response-content-replaced-v12.xml", "", false, Version12, OpGetResponse, "Sender D- S-, SMEV D- S-", "not believed: store, alarm, apply nothing"},
	{"15-get-response-content-replaced-v12.xml", "", true, Version12, OpGetResponse, "Sender D- S+, SMEV D- S+", "not believed: store, alarm, apply nothing"},
	{"16-fault-invalid-content-multipart-v12.txt", multipart16, false, Version12, OpSendRequest, "", "InvalidContent: fix_data"},
	{"17-smev-signature-gost2001.xml", "", false, Version11, "", "", "refused: keys of 2001 are out of use"},
	{"18-unsigned-get-request.xml", "", false, Version12, OpGetRequest, "", "a call: nothing to read"},
	{"19-unsigned-get-response.xml", "", false, Version12, OpGetResponse, "", "a call: nothing to read"},
	{"20-unsigned-ack.xml", "", false, Version12, OpAck, "", "a call: nothing to read"},
}

// TestSampleTable reads every sample and prints what comes of it.
func TestSampleTable(t *testing.T) {
	var out bytes.Buffer
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "sample\tas signed\tsignatures\taction")
	for _, row := range sampleRows {
		data := sample(t, row.file)
		if row.asSigned {
			data = asSigned(data)
		}
		marks, action := observeSample(t, row, data)
		fmt.Fprintf(table, "%s\t%v\t%s\t%s\n", row.file, row.asSigned, marks, action)
		if marks != row.marks || action != row.action {
			t.Errorf("%s (as signed: %v):\n%s | %s\nwant\n%s | %s", row.file, row.asSigned, marks, action, row.marks, row.action)
		}
	}
	table.Flush()
	files, err := os.ReadDir(shared(t, "spec", "smev3-vectors", "messages"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !slices.ContainsFunc(sampleRows, func(r sampleRow) bool { return r.file == f.Name() }) {
			t.Errorf("%s is not in the table", f.Name())
		}
	}
	t.Log("\n" + out.String())
}

func observeSample(t *testing.T, row sampleRow, data []byte) (marks, action string) {
	t.Helper()
	if row.op == "" {
		doc, err := xmlsafe.Parse(data, xmlsafe.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := xmldsig.Verify(doc.Root, doc.Root, xmldsig.VerifyOptions{Trust: trustAll}); errors.Is(err, cert.ErrGOST2001) {
			return "", "refused: keys of 2001 are out of use"
		} else {
			return "", fmt.Sprint(err)
		}
	}
	e, err := openEnvelope(row.op, 500, row.contentType, data, Limits{}.withDefaults())
	if err != nil {
		t.Fatalf("%s: %v", row.file, err)
	}
	if e.fault != nil {
		return "", describeFault(e.fault)
	}
	marks = signatureMarks(openWhole(t, row.op, row.contentType, data).body)
	if strings.HasSuffix(e.body.Local, "Request") {
		return marks, "a call: nothing to read"
	}
	switch row.op {
	case OpSendRequest:
		receipt, err := readReceipt(e, row.version, row.op, trustAll)
		if err != nil {
			return marks, describeError(err, "send the same bytes again")
		}
		return marks, receipt.Status + ": wait for the answer"
	case OpGetRequest:
		m, err := readIncoming(e, row.version, trustAll)
		if err != nil {
			return marks, describeError(err, "store, alarm, apply nothing")
		}
		return marks, string(m.Kind)
	}
	a, err := readAnswer(e, row.version, trustAll)
	switch {
	case err != nil:
		return marks, describeError(err, "store, alarm, apply nothing")
	case a == nil:
		return marks, "the queue is empty"
	case a.Kind == AnswerContent:
		return marks, "store, ack, complete the request"
	case a.Kind == AnswerAsyncStatus:
		return marks, fmt.Sprintf("store, ack, %s by %s", a.AsyncStatus.Outcome(), describeFault(a.AsyncStatus.Fault))
	}
	return marks, string(a.Kind)
}

func describeError(err error, action string) string {
	if errors.Is(err, ErrUnverified) {
		return "not believed: " + action
	}
	return err.Error()
}

func describeFault(f *Fault) string {
	name := strings.TrimSuffix(f.Name+"/"+f.SignatureCode, "/")
	if f.Name == "" {
		name = "nameless fault"
	}
	name += ": " + f.Class().String()
	if f.Alert() {
		name += ", alert"
	}
	return name
}

// signatureMarks finds every signature below the body and says whether its digest
// and its value hold. Each wrapper stands beside the element it is about.
func signatureMarks(body *xmlsafe.Element) string {
	var marks []string
	body.Walk(func(e *xmlsafe.Element) bool {
		name, ok := strings.CutSuffix(e.Local, "Signature")
		if !ok || e.Space == DSigNamespace || len(e.Elements()) != 1 {
			return true
		}
		name = strings.TrimSuffix(name, "InformationSystem")
		signature := e.Elements()[0]
		reference := signature.Child(DSigNamespace, "SignedInfo").Child(DSigNamespace, "Reference")
		uri, _ := reference.Attr("", "URI")
		var target *xmlsafe.Element
		for _, sibling := range e.Parent.Elements() {
			if id, _ := sibling.Attr("", "Id"); "#"+id == uri {
				target = sibling
			}
		}
		d, s := "-", "-"
		if digest, err := xmldsig.Digest(target, 32, false); err == nil {
			if want, err := decodeBase64(reference.Child(DSigNamespace, "DigestValue").Text()); err == nil && bytes.Equal(digest, want) {
				d = "+"
			}
		}
		if _, err := xmldsig.Verify(signature, target, xmldsig.VerifyOptions{Trust: trustAll}); err == nil || errors.Is(err, xmldsig.ErrDigest) {
			s = "+"
		}
		marks = append(marks, name+" D"+d+" S"+s)
		return true
	})
	return strings.Join(marks, ", ")
}
