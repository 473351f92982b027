package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
)

// FileName is FACT_FILE_NAME for one package.
func (p Package) FileName(packageID string) string {
	return strings.ReplaceAll(p.FactFileName, packagePlaceholder, packageID)
}

// ExportName is EXPORT_FILE_NAME for one package; date is the day of the export.
func (p Package) ExportName(packageID, provider, kind, date string) string {
	prefix, _, _ := strings.Cut(provider, ".")
	return strings.NewReplacer(packagePlaceholder, packageID, "{prefix}", prefix, "{provider}", provider, "{kind}", kind, "{date}", date).
		Replace(p.ExportFileName)
}

// Commanded are the registers of FORM_ON_COMMAND.
func (p Package) Commanded() []string { return p.FormOnCommand }

// Approved are the registers of APPROVAL, sorted, and agreed those of APPROVAL_AGREE.
func (p Package) Approved() (approved, agreed []string) {
	return p.Approval, p.ApprovalAgree
}

// checkTogether checks what the text of one variable cannot tell: files that must
// be there, what the chosen signer needs, values that depend on each other.
func (r *reader) checkTogether() {
	c := r.config
	if address, ok := hostPort(c.FTP.Address); ok {
		c.FTP.Address = address
	}
	r.checkProxyOfEnvironment()
	if days := c.Archive.KeepDays; days > 0 && (c.Keeping.Days == 0 || days < c.Keeping.Days) {
		r.complain(&c.Archive.KeepDays, "меньше "+Prefix+"KEEP_DAYS или та не задана: файл архива удаляется только после того, как всё в нём удалено из базы")
	}
	r.checkPath(&c.SMEV.Certificates, fileProblem)
	r.checkPath(&c.SMEV.Roots, fileProblem)
	if c.SMEV.Trust == TrustChain && c.SMEV.Subject == "" {
		r.complain(&c.SMEV.Subject, "не задана, а при SMEV_TRUST=chain обязательна: иначе за СМЭВ сойдёт любой сертификат под теми же корневыми")
	}
	switch s := &c.Signer; s.Kind {
	case SignerSoftkey:
		r.need(&s.Softkey.KeyFile, &s.Softkey.CertificateFile)
		r.checkPath(&s.Softkey.KeyFile, fileProblem)
		r.checkPath(&s.Softkey.CertificateFile, fileProblem)
	case SignerPKCS11:
		r.need(&s.PKCS11.Module, &s.PKCS11.TokenLabel, &s.PKCS11.PIN)
		if s.PKCS11.KeyLabel == "" && s.PKCS11.KeyID == "" {
			r.complain(&s.PKCS11.KeyLabel, "не задана: при SIGNER=pkcs11 нужна она или "+Prefix+"PKCS11_KEY_ID")
		}
		r.checkPath(&s.PKCS11.Module, fileProblem)
		r.checkPath(&s.PKCS11.CertificateFile, fileProblem)
	case SignerCommand:
		r.need(&s.Command.Path, &s.Command.CertificateFile)
		r.checkPath(&s.Command.Path, programProblem)
		r.checkPath(&s.Command.CertificateFile, fileProblem)
	}
	r.checkPath(&c.Watch.AlertCommand, programProblem)
	r.checkListener(&c.Watch)
	r.checkLease()
	approved, agreed := c.Package.Approved()
	for _, register := range agreed {
		if !slices.Contains(approved, register) {
			r.complain(&c.Package.ApprovalAgree, "реестра "+register+" нет в "+Prefix+"APPROVAL")
		}
	}
	if c.Job.RetryMax != 0 && c.Job.RetryMin > c.Job.RetryMax {
		r.complain(&c.Job.RetryMin, "больше, чем "+Prefix+"RETRY_MAX")
	}
}

// checkListener complains about a page that nobody could see, or anybody on the way.
func (r *reader) checkListener(w *Watch) {
	r.checkPath(&w.Certificate, fileProblem)
	r.checkPath(&w.Key, fileProblem)
	switch {
	case (w.Certificate == "") != (w.Key == ""):
		missing, other := &w.Key, "LISTEN_CERTIFICATE_FILE"
		if w.Certificate == "" {
			missing, other = &w.Certificate, "LISTEN_KEY_FILE"
		}
		r.complain(missing, "не задана, а "+Prefix+other+" задана: для TLS нужны обе")
	case w.Listen == "" && !w.PageToken.IsZero():
		r.complain(&w.Listen, "не задана, а "+Prefix+"PAGE_TOKEN_FILE задана: странице негде быть")
	case w.Certificate == "" && !w.PageToken.IsZero() && !w.local():
		r.complain(&w.Listen, "открывает страницу другим машинам без шифрования: задайте "+Prefix+"LISTEN_CERTIFICATE_FILE и "+Prefix+"LISTEN_KEY_FILE или слушайте 127.0.0.1 за прокси с TLS")
	case w.Certificate != "" && fileProblem(string(w.Certificate)) == "" && fileProblem(string(w.Key)) == "":
		if _, err := tls.LoadX509KeyPair(string(w.Certificate), string(w.Key)); err != nil {
			r.complain(&w.Certificate, "сертификат и ключ не читаются или не подходят друг к другу")
		}
	}
}

// What one claim has to last for: a message with a file is signed twice, and a
// file is offered to the storage up to three times before the message is posted.
const (
	signaturesPerPackage = 2
	uploadAttempts       = 3
)

// checkLease complains when a job could still be at work after its claim has
// ended: another process would take up the same work then.
func (r *reader) checkLease() {
	c := r.config
	post, name := c.SMEV.Timeout, "SMEV_TIMEOUT"
	if c.SMEV.SendTimeout > 0 {
		post, name = c.SMEV.SendTimeout, "SMEV_SEND_TIMEOUT"
	}
	sending := uploadAttempts*c.FTP.Timeout + post
	signing := time.Duration(0)
	if c.Signer.Kind == SignerCommand {
		signing = signaturesPerPackage * c.Signer.Command.Timeout
	}
	switch lease := &c.Job.Lease; {
	case *lease <= sending:
		r.complain(lease, fmt.Sprintf("должна быть больше, чем %d×%sFTP_TIMEOUT + %s (%s)", uploadAttempts, Prefix, Prefix+name, sending))
	case *lease <= signing:
		r.complain(lease, fmt.Sprintf("должна быть больше, чем %d×%sCOMMAND_TIMEOUT (%s)", signaturesPerPackage, Prefix, signing))
	}
}

// need complains about each of the chosen signer's variables that has no value.
func (r *reader) need(pointers ...any) {
	for _, p := range pointers {
		if reflect.ValueOf(p).Elem().IsZero() {
			r.complain(p, "не задана, а при SIGNER="+r.config.Signer.Kind+" обязательна")
		}
	}
}

// checkPath complains when a path that is given does not lead to the right thing.
func (r *reader) checkPath(path *File, problem func(string) string) {
	if *path == "" {
		return
	}
	before := len(r.problems)
	if text := problem(string(*path)); text != "" {
		r.complain(path, text)
	}
	if _, err := os.Stat(string(*path)); errors.Is(err, fs.ErrNotExist) && filepath.IsAbs(string(*path)) && len(r.problems) > before {
		r.problems[before].Absent = string(*path)
	}
}

// complain reports a problem with the field p points to, unless one of the
// variables of that field was reported already.
func (r *reader) complain(p any, text string) {
	f, names := r.fieldAt(p)
	if !slices.ContainsFunc(r.problems, func(old Problem) bool { return slices.Contains(names, old.Variable) }) {
		r.report(f, "%s", text)
	}
}

// fieldAt finds the field a pointer into the configuration belongs to.
func (r *reader) fieldAt(p any) (field, []string) {
	for f := range fields(reflect.ValueOf(r.config).Elem()) {
		if f.value.Addr().Interface() == p {
			return f, f.variables()
		}
	}
	return field{}, nil
}

// sorted returns the problems in the order of the reference table.
func (r *reader) sorted() []Problem {
	var order []string
	for f := range fields(reflect.ValueOf(r.config).Elem()) {
		order = append(order, f.variables()...)
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return slices.Index(order, a.Variable) - slices.Index(order, b.Variable)
	})
	return r.problems
}
