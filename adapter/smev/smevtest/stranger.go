package smevtest

import (
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/receiver"
)

// Nobody in the place of a mnemonic leaves it out, as schema 1.3 allows.
const Nobody = "none"

// Rename gives ЕГИССО another mnemonic from a moment on.
type Rename struct {
	After Duration `json:"after"` // since Start, by the clock of the bus
	To    string   `json:"to"`
}

// RenameReceiver gives ЕГИССО another mnemonic from now on.
func (b *Bus) RenameReceiver(mnemonic string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.renamed = mnemonic
}

// receiverNow is the mnemonic of ЕГИССО at this moment.
func (b *Bus) receiverNow() string {
	now := b.options.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.renamed != "" {
		return b.renamed
	}
	name := receiverMnemonic
	for _, r := range b.options.Script.renames {
		if !now.Before(b.started.Add(time.Duration(r.After))) {
			name = r.To
		}
	}
	return name
}

// busSigner signs a reply as the bus.
func (b *Bus) busSigner(c *call) Signer {
	if c.rule.Impostor && b.options.Impostor != nil {
		return b.options.Impostor
	}
	return b.options.Signer
}

// byReceiver makes an answer ЕГИССО's, or that of who takes its place.
func (a *author) byReceiver(answer ledger.Answer) ledger.Answer {
	answer.From, answer.FromName = a.rule.AnswerFrom, a.rule.AnswerFrom
	if answer.From == "" {
		answer.From, answer.FromName = a.bus.receiverNow(), receiverName
	}
	if answer.From == Nobody {
		answer.FromName = ""
	}
	return answer
}

// stranger answers the message in the name of another system. The bus signs that like
// everything it delivers.
func (a *author) stranger(result *receiver.Result, delay time.Duration) {
	if a.rule.Stranger == "" {
		return
	}
	answer := ledger.Answer{From: a.rule.Stranger, FromName: a.rule.Stranger}
	switch a.rule.Says {
	case "rejected":
		a.add(`<ns2:RequestRejected><ns2:RejectionReasonCode>ACCESS_DENIED</ns2:RejectionReasonCode>`+
			`<ns2:RejectionReasonDescription>Запрос отклонён чужой системой</ns2:RejectionReasonDescription></ns2:RequestRejected>`, answer, delay)
	case "status":
		a.add(`<ns2:RequestStatus><ns2:StatusCode>1</ns2:StatusCode><ns2:StatusDescription>Чужая система занята</ns2:StatusDescription></ns2:RequestStatus>`,
			answer, delay)
	case "asyncStatus":
		a.add(`<ns2:AsyncProcessingStatus><ns2:OriginalMessageId>`+a.message.MessageID+`</ns2:OriginalMessageId>`+
			`<ns2:StatusCategory>requestIsRejectedBySmev</ns2:StatusCategory></ns2:AsyncProcessingStatus>`, answer, delay)
	default:
		content := `<x:notice xmlns:x="urn:smevsim:unknown">неизвестное содержимое</x:notice>`
		answer.Root = [2]string{"urn:smevsim:unknown", "notice"}
		if result != nil && result.Protocol != "" {
			content, answer.Root = result.Protocol, result.Root
		}
		a.add(`<MessagePrimaryContent>`+content+`</MessagePrimaryContent>`, answer, delay)
	}
}

// writeNameless writes a party without a mnemonic: with the name alone, or not at all.
func writeNameless(b *strings.Builder, v *version, local string, p party) {
	if p.name != "" && v.humanName {
		b.WriteString(`<ns2:` + local + `><ns2:HumanReadableName>` + escape(p.name) + `</ns2:HumanReadableName></ns2:` + local + `>`)
	}
}
