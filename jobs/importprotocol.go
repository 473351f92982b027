package jobs

import (
	"context"
	"errors"
	"log/slog"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// ImportProtocol applies protocols that people brought as files (adapter/egisso/SPEC.md#buttons,
// «Загрузить файл протокола обработки»): with the effect of an answer of the bus,
// but only where a package of ours is named that may have reached ЕГИССО.
type ImportProtocol struct {
	Store *store.Store
	Log   *slog.Logger
}

// Name implements Job.
func (ImportProtocol) Name() string { return "import" }

// Run implements Job. Done counts files.
func (i ImportProtocol) Run(ctx context.Context) (Report, error) {
	var report Report
	var troubles []error
	for range applyBatch {
		found, err := i.Store.ApplyNextProtocol(ctx, "", i.judge)
		troubles = append(troubles, err)
		if !found || ctx.Err() != nil {
			return report, errors.Join(troubles...)
		}
		report.Done++
	}
	report.More = true
	return report, errors.Join(troubles...)
}

// Apply applies one file now and returns what became of it; that it is set aside is no
// error.
func (i ImportProtocol) Apply(ctx context.Context, id string) (store.ProtocolOutcome, error) {
	if _, err := i.Store.ApplyNextProtocol(ctx, id, i.judge); err != nil && !errors.Is(err, store.ErrSetAside) {
		return store.ProtocolOutcome{ID: id}, err
	}
	return i.Store.Protocol(ctx, id)
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
	if len(raw) == 0 || len(raw) > egisso.ProtocolBytes { // of larger ones nothing is fetched
		return uuid.Nil, "", refusedLarge
	}
	answer, err := egisso.ReadAnswer(raw)
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

func (i ImportProtocol) judge(f store.ProtocolFile, find store.PackageFinder) (store.FileVerdict, error) {
	id, carrier, refused := readProtocolFile(f.Raw, f.PackageID)
	if refused != "" {
		return i.refuse(f, refused), nil
	}
	pkg, err := find(id)
	switch {
	case err != nil:
		return store.FileVerdict{}, err
	case pkg == nil:
		return i.refuse(f, refusedUnknown), nil
	case carrier != "" && carrier != pkg.Register, pkg.Register == egisso.RequestKMSZ:
		return i.refuse(f, refusedRegister), nil
	case !pkg.Left:
		return i.refuse(f, refusedUnsent), nil
	}
	if pkg.Channel == store.ChannelManual {
		verdict := judge(smev.Answer{Kind: smev.AnswerContent, Content: f.Raw}, &pkg.AnsweredPackage)
		if verdict.Info != "" {
			verdict.Info += fromFile
		}
		return i.verdict(f, pkg, verdict), nil
	}
	verdict, refused := judgeInFlight(f, pkg)
	if refused != "" {
		return i.refuse(f, refused), nil
	}
	return i.verdict(f, pkg, verdict), nil
}

func (i ImportProtocol) verdict(f store.ProtocolFile, pkg *store.ManualPackage, verdict store.Verdict) store.FileVerdict {
	i.Log.Info("protocol file applied", "package_id", pkg.ID, "file", f.ID, "note", verdict.Note, "result", verdict.Result,
		"decided", len(verdict.Outcomes))
	return store.FileVerdict{Verdict: verdict, Package: pkg}
}

func (i ImportProtocol) refuse(f store.ProtocolFile, text string) store.FileVerdict {
	i.Log.Warn("protocol file refused", "file", f.ID)
	return store.FileVerdict{Refused: text}
}
