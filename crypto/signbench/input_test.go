package signbench

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/xmldsig"
)

// Names of the message that carries the facts.
const (
	typesNS  = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.3"
	basicNS  = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/basic/1.3"
	signedID = "SIGNED_BY_CONSUMER"
)

// input is what one column of the report is about: facts in a signed element.
type input struct {
	name     string
	packages []*egisso.Package
	// wire is the signed element as we write it, normal what is hashed of it.
	wire, normal []byte
	// received is the same element from another program, with the prefixes that
	// JAXB makes up.
	received []byte
}

// factsInput makes an input of that many facts.
func factsInput(t testing.TB, name string, facts int) *input {
	t.Helper()
	in := &input{}
	for first := 0; first < facts; first += egisso.MaxElements {
		p := &egisso.Package{ID: recordID(1<<40 + first), Register: egisso.RegisterFact}
		for i := first; i < min(facts, first+egisso.MaxElements); i++ {
			f := fact(i)
			p.Elements = append(p.Elements, &f)
		}
		in.packages = append(in.packages, p)
	}
	var wire, normal, received bytes.Buffer
	if err := in.write(&wire, &normal, compactPrefixes()); err != nil {
		t.Fatal(err)
	}
	if err := in.write(&received, nil, jaxbPrefixes()); err != nil {
		t.Fatal(err)
	}
	in.wire, in.normal, in.received = wire.Bytes(), normal.Bytes(), received.Bytes()
	in.name = fmt.Sprintf("%s (%s)", name, size(len(in.wire)))
	return in
}

// sizedInput makes an input of about that many bytes.
func sizedInput(t testing.TB, name string, bytes int) *input {
	t.Helper()
	const sample = 100
	each := len(factsInput(t, "", sample).wire) / sample
	return factsInput(t, name, bytes/each)
}

// compactPrefixes are those of our messages.
func compactPrefixes() []xmldsig.Prefix {
	list := []xmldsig.Prefix{{Prefix: "st", URI: typesNS}, {Prefix: "sb", URI: basicNS}}
	for _, p := range egisso.CurrentVersion("10.06.S").Prefixes {
		list = append(list, xmldsig.Prefix{Prefix: p.Prefix, URI: p.URI})
	}
	return list
}

func jaxbPrefixes() []xmldsig.Prefix {
	list := compactPrefixes()
	for i := range list {
		list[i].Prefix = fmt.Sprintf("ns%d", i+2)
	}
	return list
}

// write writes the signed element with our writer.
func (in *input) write(wire, normal io.Writer, prefixes []xmldsig.Prefix) error {
	w := xmldsig.NewWriter(wire, normal, prefixes)
	w.StartAttrs(typesNS, "SenderProvidedRequestData", xmldsig.Attr{Local: "Id", Value: signedID})
	if err := in.content(w); err != nil {
		return err
	}
	w.End()
	return w.Close()
}

// content writes what is inside the signed element. More facts than a package
// may hold go into several, one after the other.
func (in *input) content(w wire.Writer) error {
	w.Element(typesNS, "MessageID", recordID(1<<41).String())
	w.Start(basicNS, "MessagePrimaryContent")
	for _, p := range in.packages {
		if err := wire.WritePackage(w, p, p.Register.Version()); err != nil {
			return err
		}
	}
	w.End()
	return nil
}

func recordID(n int) uuid.UUID {
	id := uuid.MustParse("10060000-0000-4000-9000-000000000000")
	for i := range 6 {
		id[15-i] = byte(n >> (8 * i))
	}
	return id
}

// fact makes up a fact; one in four has a second person, one in three no
// document and no address, as in what pharmacies report.
func fact(i int) egisso.Fact {
	pick := func(list ...string) string { return list[i%len(list)] }
	day := func(year, month int) egisso.Date {
		return egisso.Date{Year: year, Month: time.Month(month), Day: 1 + i%28}
	}
	f := egisso.Fact{
		ID: recordID(i), OSZCode: "0042.000001",
		Receiver: egisso.Person{
			SNILS: fmt.Sprintf("%011d", 10_000_000_000+i*101), FamilyName: pick("Кузнецова", "Орлова", "Белова", "Константинопольская", "Жукова"),
			FirstName: pick("Мария", "Анна", "Ольга"), Patronymic: pick("Петровна", "Сергеевна", "Викторовна", "Ильинична"),
			Gender: egisso.Female, BirthDate: day(1940+i%60, 1+i%12), Citizenship: "643",
		},
		MeasureID: recordID(1 << 42), CategoryID: recordID(1<<42 + i%7),
		DecisionDate: day(2025, 1+i%12), DateStart: day(2025, 1+i%12), DateFinish: day(2026, 1+i%12),
		Assignment: egisso.Assignment{
			Form: egisso.FormNatural, Amount: decimal.NewFromInt(int64(1 + i%9)), MeasureCode: "03",
			Content:    pick("Инсулин гларгин раствор для подкожного введения 100 МЕ/мл", "Будесонид порошок для ингаляций", "Метформин таблетки 1000 мг №60"),
			Equivalent: decimal.NewNullDecimal(decimal.New(int64(10_000+i*37%900_000), -2)),
		},
	}
	if i%3 != 2 {
		f.Receiver.IdentityDoc = &egisso.IdentityDoc{Type: "PassportRF", Series: "5703", Number: fmt.Sprintf("%06d", i%1_000_000),
			IssueDate: day(2003+i%20, 5), Issuer: "Отделом внутренних дел Ленинского района города Перми"}
		f.Receiver.PermanentResidence = &egisso.Address{OKSMCode: "643", PostIndex: "614000", Region: "Пермский край", City: "Пермь",
			Street: pick("Ленина", "Советская", "Карла Маркса"), House: fmt.Sprint(1 + i%200), Apartment: fmt.Sprint(1 + i%90)}
		f.Documents = []egisso.Document{{Title: "Справка об инвалидности", Series: "МСЭ-2019", Number: fmt.Sprintf("%07d", i),
			IssueDate: day(2020, 1), Authority: "Бюро медико-социальной экспертизы", StartDate: day(2020, 1)}}
	}
	if i%4 == 3 {
		f.ReasonPersons = []egisso.BasisPerson{{KinshipCode: "0421011", Person: egisso.Person{
			SNILS: fmt.Sprintf("%011d", 18_000_000_000+i*101), FamilyName: "Белов", FirstName: "Артём", Patronymic: "Игоревич",
			Gender: egisso.Male, BirthDate: day(2010+i%12, 9), Citizenship: "643"}}}
	}
	return f
}
