package lifecycle

import (
	"fmt"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
)

// ProtocolFile is a protocol that somebody brought as a file. Nobody signed it.
type ProtocolFile struct {
	ID         string    // sha256: of the octets and the package named
	PackageID  uuid.UUID // named by who brought it, uuid.Nil if the protocol says it
	Raw        []byte
	ImportedBy string
	Reason     string // of who brought it, "" if they gave none
}

// FilePackage is the package a protocol file is about, and how it left.
type FilePackage struct {
	AnsweredPackage
	Manual bool // it was exported, no bus has it
	// Left: something left the gateway for ЕГИССО, or may have.
	Left bool
}

// Why a protocol file is refused, in Russian.
const (
	refusedUnread   = "Файл не читается как протокол ЕГИССО: "
	refusedLarge    = "Файл протокола больше 8 МиБ: протоколов такого размера не бывает"
	refusedKind     = "Это ответ о классификаторе, а не протокол обработки пакета"
	refusedAttached = "В этом файле только ссылка на протокол: загрузите файл самого протокола"
	refusedNameless = "Протокол не называет пакет: укажите его при загрузке"
	refusedOther    = "Протокол называет другой пакет"
	refusedUnknown  = "Пакета, который назван протоколом, нет в журнале"
	refusedRegister = "Это протокол другого реестра"
	refusedUnsent   = "Пакет ещё не отправлялся и не выгружался: протокола на него быть не может"
	fromFile        = " (протокол загружен из файла)"

	refusedReasonless = "Пакет передан через СМЭВ, и ответ должен прийти оттуда: чтобы применить протокол из файла, укажите причину"
	refusedReturned   = "Пакет передан через СМЭВ, а файл говорит, что он не обработан целиком: дождитесь ответа СМЭВ, а когда истечёт срок ожидания, освободите записи командой release"
	refusedUnfinished = "Пакет передан через СМЭВ, а протокол в файле не окончательный: по нему ничего не меняется"
	unconfirmedInfo   = " (протокол загружен из файла, СМЭВ его не подтвердила)"
)

// ProtocolPackage reads a protocol file and returns the package it is about: the
// one it names, or else the one named by who brought it. refused says in Russian
// why it cannot be used.
func ProtocolPackage(raw []byte, named uuid.UUID) (id uuid.UUID, refused string) {
	id, _, refused = readProtocolFile(raw, named)
	return id, refused
}

// readProtocolFile is ProtocolPackage; carrier is the register whose protocols the
// message carries, "" for a bare protocol.
func readProtocolFile(raw []byte, named uuid.UUID) (id uuid.UUID, carrier egisso.Register, refused string) {
	if len(raw) == 0 || len(raw) > wire.ProtocolBytes { // of larger ones nothing is fetched
		return uuid.Nil, "", refusedLarge
	}
	answer, err := wire.ReadAnswer(raw)
	if err != nil {
		return uuid.Nil, "", refusedUnread + err.Error()
	}
	carrier, known := carriers[answer.Code]
	switch {
	case !known:
		return uuid.Nil, "", refusedKind
	case answer.Protocol != nil && answer.Protocol.Attached:
		return uuid.Nil, "", refusedAttached
	}
	if answer.Protocol != nil && answer.Protocol.Package != nil {
		id = answer.Protocol.Package.PackageID
	}
	switch {
	case id == uuid.Nil && named == uuid.Nil:
		return uuid.Nil, "", refusedNameless
	case id == uuid.Nil:
		return named, carrier, ""
	case named != uuid.Nil && named != id:
		return uuid.Nil, "", refusedOther
	}
	return id, carrier, ""
}

// carriers are the registers whose protocols come in messages of each kind; a bare
// protocol does not say what it is about.
var carriers = map[string]egisso.Register{
	"10.05.I": egisso.RegisterMeasure, "10.07.I": egisso.RegisterOrganization, "10.10.I": egisso.RegisterFact,
	"10.11.I": egisso.RegisterParticipant, "10.15.I": egisso.RegisterPoint, "": "",
}

// JudgeFile says what a protocol file means for the package it is about, which find
// finds; nil where there is none. refused says in Russian why nothing is changed by it.
func JudgeFile(f ProtocolFile, find func(uuid.UUID) (*FilePackage, error)) (v Verdict, pkg *FilePackage, refused string, err error) {
	id, carrier, refused := readProtocolFile(f.Raw, f.PackageID)
	if refused != "" {
		return v, nil, refused, nil
	}
	pkg, err = find(id)
	switch {
	case err != nil:
		return v, nil, "", err
	case pkg == nil:
		return v, nil, refusedUnknown, nil
	case carrier != "" && carrier != pkg.Register, pkg.Register == egisso.RequestKMSZ:
		return v, nil, refusedRegister, nil
	case !pkg.Left:
		return v, nil, refusedUnsent, nil
	case !pkg.Manual:
		v, refused = judgeInFlight(f, &pkg.AnsweredPackage)
		return v, pkg, refused, nil
	}
	if v = Judge(&Said{Kind: SaidContent, Content: f.Raw}, &pkg.AnsweredPackage); v.Info != "" {
		v.Info += fromFile
	}
	return v, pkg, "", nil
}

// judgeInFlight says what a protocol from a file means for a package the bus has.
// Nobody signed it: it needs a reason, only final outcomes of records count, and they
// stay unconfirmed until the bus has its say. refused says in Russian why nothing is
// to be changed by it.
func judgeInFlight(f ProtocolFile, pkg *AnsweredPackage) (v Verdict, refused string) {
	if f.Reason == "" {
		return v, refusedReasonless
	}
	about := *pkg
	about.Unconfirmed = nil // another file confirms nothing
	v = Judge(&Said{Kind: SaidContent, Content: f.Raw}, &about)
	switch {
	case v.Returned:
		return v, refusedReturned
	case v.Progress > 0:
		return v, refusedUnfinished
	}
	v.FromFile = f.ID
	if v.Late != nil {
		v.Info += fromFile
	}
	if v.Result != "" {
		v.Info += unconfirmedInfo
		look := fmt.Sprintf("Исходы взяты из файла и не подтверждены СМЭВ, сверьте их в кабинете поставщика. Файл загружен: %s, причина: %s", f.ImportedBy, f.Reason)
		if v.Review != "" {
			look += "; " + v.Review
		}
		v.Review = look
	}
	return v, ""
}
