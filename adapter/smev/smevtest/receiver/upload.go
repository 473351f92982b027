package receiver

import (
	"fmt"
	"time"

	"egissogw/crypto/xmlsafe"
)

// Upload takes a package as a person brings it to the provider's cabinet: the
// document of its kind, for facts the file of 10.06.S itself (adapter/egisso/SPEC.md#buttons,
// «Экспорт ЕГИССО»). An error means that the cabinet would not take the file;
// everything else is in the protocol.
func (r *Receiver) Upload(document []byte, now time.Time) (Result, error) {
	doc, err := xmlsafe.Parse(document, treeLimits)
	if err != nil {
		return Result{}, fmt.Errorf("файл не является корректным документом XML: %w", err)
	}
	if doc.Root.Space == NamespaceFacts {
		return r.Process(doc.Root, [][]byte{document}, now, now), nil
	}
	if err := r.CheckContent(doc.Root); err != nil {
		return Result{}, fmt.Errorf("файл не соответствует схеме своего вида сведений: %w", err)
	}
	return r.Process(doc.Root, nil, now, now), nil
}
