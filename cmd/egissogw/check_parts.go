package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"

	"egissogw/adapter/mis"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/archive"
	"egissogw/adapter/smev"
	"egissogw/config"
	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/jobs"
)

func checkDatabase(ctx context.Context, c config.Config) (r checkResult) {
	ctx, cancel := context.WithTimeout(ctx, c.Database.Timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.Database.URL.Reveal())
	if err != nil {
		r.Problem = append(r.Problem, fault.Database("DATABASE_URL", err).Error())
		return r
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if r.pooled(ctx, conn) {
		return r
	}
	r.databaseClock(ctx, "базы шлюза", conn)
	r.serverLog(ctx, conn)
	s, err := assemble.OpenStore(ctx, c.Database, assemble.InZone(c)...)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return r
	}
	defer s.Close()
	state, err := s.Status(ctx)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return r
	}
	r.Notes = append(r.Notes, serviceLine(state.Service))
	if !state.Service.Enabled {
		r.Notes = append(r.Notes, "ничего не подписывается и не отправляется, пока его не включат: egissogw signing on --reason ТЕКСТ")
	}
	if c.Provider.Code != "" { // what is wrong with it is said elsewhere
		r.databaseContour(ctx, s, c)
	}
	r.approval(ctx, s, c.Package)
	for _, f := range state.Findings {
		if slices.Contains(siteFindings, f.Code) {
			r.Problem = append(r.Problem, f.Text+". "+f.Advice)
		}
	}
	return r
}

// siteFindings are those of status that a wrong setting or certificate leads to.
var siteFindings = []string{"read_only", "unverified", "unregistered", "foreign", "instances_differ"}

// pooled tells of a pool of connections before a database.
func (r *checkResult) pooled(ctx context.Context, conn *pgx.Conn) bool {
	through, err := assemble.Pooled(ctx, conn)
	switch {
	case err != nil:
		r.Problem = append(r.Problem, err.Error())
	case through:
		r.Problem = append(r.Problem, assemble.PooledText)
	}
	return err != nil || through
}

func checkSource(ctx context.Context, c config.Config) (r checkResult) {
	ctx, cancel := context.WithTimeout(ctx, c.Database.Timeout)
	defer cancel()
	source, pool, err := assemble.OpenSource(ctx, c.Source, c.Database.Timeout)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return r
	}
	defer pool.Close()
	conn, err := pool.Acquire(ctx)
	if err != nil {
		r.Problem = append(r.Problem, fault.Database("SOURCE_DATABASE_URL", err).Error())
		return r
	}
	through := r.pooled(ctx, conn.Conn())
	conn.Release()
	if through {
		return r
	}
	problems, err := source.Check(ctx)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
	}
	for _, p := range problems {
		if p.Advice {
			r.Notes = append(r.Notes, p.String())
		} else {
			r.Problem = append(r.Problem, p.String())
		}
	}
	if err == nil {
		r.sourceHolder(ctx, source)
		r.databaseClock(ctx, "базы МИС", pool)
		r.serverLog(ctx, pool)
	}
	return r
}

// holderPatience is how long a transaction of the МИС may run before it is a problem.
const holderPatience = 10 * time.Minute

// sourceHolder names the transaction before whose end nothing newer is read.
func (r *checkResult) sourceHolder(ctx context.Context, source *mis.Source) {
	h, err := source.Holder(ctx)
	switch {
	case err != nil:
		r.Problem = append(r.Problem, err.Error())
	case h == nil:
	case h.Age >= holderPatience:
		r.Problem = append(r.Problem, fmt.Sprintf("%s не завершена с %s, и изменения, сделанные после её начала, не читаются; %s",
			h, screen.Time(time.Now().Add(-h.Age)), h.Ends()))
	case h.Age == 0: // perhaps since this second
		r.Notes = append(r.Notes, fmt.Sprintf("изменения новее этой читаются после её конца: %s; если её начала не видно, сколько она стоит, считает служба (egissogw status)", h))
	default:
		r.Notes = append(r.Notes, fmt.Sprintf("изменения новее этой читаются после её конца: %s", h))
	}
}

func checkSigner(ctx context.Context, c config.Config) (r checkResult) {
	s, err := assemble.OpenSigner(ctx, c.Signer)
	if err != nil {
		r.Problem = append(r.Problem, fault.SignerReason(c.Signer.Kind, err).Error())
		return r
	}
	defer s.Close()
	crt := s.Certificate()
	r.Notes = append(r.Notes, "сертификат "+crt.SerialHex()+", подписывать можно до "+screen.Time(crt.SigningEnds()))
	if err := crt.CheckTerm(time.Now()); err != nil {
		r.Problem = append(r.Problem, fault.SignerReason(c.Signer.Kind, err).Error())
		return r
	}
	if left := time.Until(crt.SigningEnds()); left <= jobs.CertificateNotice {
		r.Problem = append(r.Problem, renewalText(left))
	}
	if c.SMEV.Trust != config.TrustChain && isOneOf(crt, c.SMEV.Certificates) {
		r.Problem = append(r.Problem, config.Prefix+"SMEV_CERTIFICATES: это сертификат самого шлюза, а нужен сертификат подписи СМЭВ: её ответам не поверят")
	}
	// A trial signature: the only proof that key, token and certificate fit.
	h := cert.NewDigest(crt.DigestSize())
	if _, err := xmldsig.Sign(ctx, s, "trial", h.Sum(nil)); err != nil {
		r.Problem = append(r.Problem, "пробная подпись не удалась: "+fault.SignerReason(c.Signer.Kind, err).Error())
	}
	return r
}

// isOneOf tells whether a certificate is in a file of them. What cannot be read is said
// elsewhere.
func isOneOf(crt *cert.Certificate, file config.File) bool {
	text, err := assemble.ReadConfigured(file)
	if err != nil {
		return false
	}
	certs, err := cert.ParsePEM(text)
	return err == nil && slices.ContainsFunc(certs, crt.Equal)
}

func checkBus(ctx context.Context, c config.Config) (r checkResult) {
	if _, err := assemble.BusTrust(c.SMEV); err != nil {
		r.Problem = append(r.Problem, err.Error())
	}
	if len(c.SMEV.Senders) == 0 {
		text := config.Prefix + "SMEV_SENDERS не задана: верят тому, кто ответит первым, а рассылкам КМСЗ — никому"
		if c.SMEV.TestMessage { // a test contour
			r.Notes = append(r.Notes, text)
		} else {
			r.Problem = append(r.Problem, text+"; для промышленного контура укажите мнемонику ЕГИССО (на тестовом — "+config.Prefix+"SMEV_TEST_MESSAGE=true)")
		}
	}
	if c.SMEV.NodeID == "" {
		r.Notes = append(r.Notes, config.Prefix+"SMEV_NODE_ID не задана: под этой мнемоникой может работать только эта база шлюза; второй шлюз со своей базой заберёт ответы этого, и каждому нужна своя метка")
	}
	u, err := url.Parse(c.SMEV.URL)
	if err != nil {
		r.Problem = append(r.Problem, "адрес не читается")
		return r
	}
	if named := assemble.VersionOfURL(u.Path); named != "" && named != c.SMEV.Schema {
		r.Problem = append(r.Problem, "адрес сервиса — для схем "+named+", а "+config.Prefix+"SMEV_SCHEMA="+c.SMEV.Schema)
	}
	roots, proxy, err := assemble.BusConnection(c.SMEV)
	if err != nil {
		r.Problem = append(r.Problem, err.Error())
		return r
	}
	client := smev.NewHTTPClient(roots, proxy)
	defer client.CloseIdleConnections()
	r.busClock(ctx, c.SMEV, client)
	return r
}

func checkFiles(ctx context.Context, c config.Config) (r checkResult) {
	term := min(c.FTP.Timeout, probeTerm)
	ctx, cancel := context.WithTimeout(ctx, term)
	defer cancel()
	switch err := smev.NewFileStore(c.FTP.Address, c.FTP.User, c.FTP.Password.Reveal(), term).Probe(ctx); {
	case err == nil:
		r.Notes = append(r.Notes, "вход выполнен")
	case smev.Classify(err) == smev.ClassFixConfiguration:
		r.Problem = append(r.Problem, "вход не удался, проверьте "+config.Prefix+"FTP_USER и "+config.Prefix+"FTP_PASSWORD: "+err.Error())
	default:
		r.Problem = append(r.Problem, config.Prefix+"FTP_ADDRESS: нет соединения: "+cmp.Or(fault.Network(err), err.Error()))
	}
	return r
}

func checkArchive(ctx context.Context, c config.Config) (r checkResult) {
	const name = config.Prefix + "ARCHIVE_DIR"
	if c.Archive.Dir == "" {
		r.Notes = append(r.Notes, name+" не задана: отправленное и полученное хранит только база шлюза; при её потере не узнать, что уже есть в ЕГИССО")
		return r
	}
	info, err := os.Stat(c.Archive.Dir)
	switch {
	case err != nil:
		r.Problem = append(r.Problem, fault.Path("ARCHIVE_DIR", err).Error())
		return r
	case !info.IsDir():
		r.Problem = append(r.Problem, name+": это файл, а нужен каталог")
		return r
	case info.Mode().Perm()&0o077 != 0:
		r.Problem = append(r.Problem, fmt.Sprintf("%s: каталог доступен другим (%04o), а в нём сведения о людях: chmod 0700", name, info.Mode().Perm()))
	}
	if err := archive.Probe(c.Archive.Dir); err != nil {
		r.Problem = append(r.Problem, name+": запись не удалась: "+fault.Cause(err.Error()))
	}
	if c.Database.URL.Reveal() == "" {
		return r
	}
	if lost, err := lostFrom(ctx, c); err == nil && lost != "" { // that the database cannot be reached is said elsewhere
		r.Problem = append(r.Problem, lost)
	}
	return r
}

// probeTerm is how long check waits for the other side, whatever the settings say.
const probeTerm = 10 * time.Second
