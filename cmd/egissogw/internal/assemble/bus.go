package assemble

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"regexp"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/retry"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/config"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

// openBus prepares the way to the bus and to its file storage. Nothing is
// connected yet.
func (p *Parts) openBus(c config.Config) error {
	version, err := BusVersion(c.SMEV)
	if err != nil {
		return fault.Lasting(err)
	}
	port := smev.Port{Builder: smev.Builder{Version: version, Signer: p.Signer}}
	trust, err := BusTrust(c.SMEV)
	if err != nil {
		return fault.Lasting(err)
	}
	believed, err := BelievedBy(c.SMEV)
	if err != nil {
		return fault.Lasting(err)
	}
	p.Store.BelieveBy(believed)
	roots, proxy, err := BusConnection(c.SMEV)
	if err != nil {
		return fault.Lasting(err)
	}
	if port.Metadata, err = smev.ParseMetadataTemplate(c.SMEV.BusinessProcessMetadata); err != nil {
		return fmt.Errorf("%sSMEV_BUSINESS_PROCESS_METADATA: %w", config.Prefix, err)
	}
	port.Client, err = smev.NewClient(smev.Options{
		URL: c.SMEV.URL, Version: version, Signer: p.Signer, Roots: roots, Proxy: proxy,
		Trust:   func(crt *cert.Certificate) error { return trust.Check(crt, time.Now()) },
		Timeout: c.SMEV.Timeout, Timeouts: busTimeouts(c.SMEV), Limits: smev.Limits{Body: c.SMEV.ReplyLimit},
		Selector: smev.Selector{NodeID: c.SMEV.NodeID}, MTOM: c.Package.FactFileWay == config.FileWayMTOM,
		ObserveClock: p.observeClock(c.SMEV.ClockSkew),
	})
	if err != nil {
		return err
	}
	p.bus = port
	p.watchClock(c.SMEV.ClockSkew)
	p.files = smev.Storage{Files: smev.NewFileStore(c.FTP.Address, c.FTP.User, c.FTP.Password.Reveal(), c.FTP.Timeout).
		WithLimits(smev.FileStoreLimits{Rate: c.FTP.MinRate, Total: c.FTP.Total}).WithPassive(smev.Passive(c.FTP.Passive))}
	open := bus.BreakerPolicy{Open: retry.Backoff{Min: c.Job.RetryMin, Max: c.Job.RetryMax}}
	p.Breaker = &bus.Breaker{Policy: open, Changed: breakerAlarm(p.log, "the bus")}
	p.FileBreaker = &bus.Breaker{Policy: open, Changed: breakerAlarm(p.log, "the file storage")}
	return nil
}

// observeClock keeps what calls show of the bus's clock, and tells when it is far
// from ours.
func (p *Parts) observeClock(limit time.Duration) func(smev.ClockReading) {
	alarm := clockAlarm(p.log, limit)
	return func(r smev.ClockReading) {
		p.Clock.Observe(r)
		alarm(r)
	}
}

// BelievedBy is a hash of the settings that say whose signature is the bus's.
func BelievedBy(c config.SMEV) ([]byte, error) {
	text, err := ReadConfigured(c.Certificates)
	if err != nil {
		return nil, fmt.Errorf("%sSMEV_CERTIFICATES: %w", config.Prefix, err)
	}
	hash := sha256.Sum256(fmt.Appendf(text, "\n%s\n%s", c.Trust, c.Subject))
	return hash[:], nil
}

// watchClock prepares the comparison of our clock with the bus's and the database's.
func (p *Parts) watchClock(borne time.Duration) {
	p.ownClock = &jobs.Clock{
		Bus: func() (skew, uncertainty time.Duration, known bool) {
			r, known := p.Clock.Latest()
			return r.Skew, r.Uncertainty, known
		},
		Database: p.Store.Time, Limit: max(borne, jobs.ClockLimit), Now: time.Now, Log: p.log,
	}
}

// clockOfBus is what calls have shown of the bus's clock.
func (p *Parts) clockOfBus() (store.LinkClock, bool) {
	r, known := p.Clock.Reading()
	return store.LinkClock{Skew: r.Skew, Uncertainty: r.Uncertainty, MeasuredAt: r.At}, known
}

// BusConnection says how connections to the bus are made: whom to believe and
// through which proxy.
func BusConnection(c config.SMEV) (*x509.CertPool, smev.Proxy, error) {
	var roots *x509.CertPool
	if c.Roots != "" {
		text, err := ReadConfigured(c.Roots)
		if err != nil {
			return nil, nil, fmt.Errorf("%sSMEV_ROOTS: %w", config.Prefix, err)
		}
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM(text) {
			return nil, nil, fmt.Errorf("%sSMEV_ROOTS: в файле нет сертификатов PEM", config.Prefix)
		}
	}
	proxy, err := smev.ParseProxy(c.Proxy.Reveal())
	if err != nil {
		return nil, nil, fmt.Errorf("%sSMEV_PROXY: %w", config.Prefix, err)
	}
	return roots, proxy, nil
}

// busTimeouts are the bounds of single operations that are set.
func busTimeouts(c config.SMEV) map[smev.Operation]time.Duration {
	return map[smev.Operation]time.Duration{
		smev.OpSendRequest: c.SendTimeout, smev.OpSendResponse: c.SendTimeout,
		smev.OpGetResponse: c.PollTimeout, smev.OpGetRequest: c.PollTimeout, smev.OpGetStatus: c.PollTimeout,
		smev.OpAck: c.AckTimeout,
	}
}

// fileWay says how files with facts leave.
func fileWay(c config.Package) jobs.FileWay {
	if c.FactFileWay == config.FileWayFTP {
		return jobs.FileWay{}
	}
	return jobs.FileWay{InlineLimit: c.FactInlineLimit}
}

// versionInPath is how the addresses of the service name the schema version.
var versionInPath = regexp.MustCompile(`/v(1\.[0-9])(/|$)`)

// VersionOfURL gives the schema version an address is for, "" if it says none:
// version and address go together (adapter/smev/SPEC.md#namespaces).
func VersionOfURL(path string) string {
	if found := versionInPath.FindStringSubmatch(path); found != nil {
		return found[1]
	}
	return ""
}

// BusTrust reads the certificates the bus's signatures are checked with.
func BusTrust(c config.SMEV) (*cert.Trust, error) {
	text, err := ReadConfigured(c.Certificates)
	if err != nil {
		return nil, fmt.Errorf("%sSMEV_CERTIFICATES: %w", config.Prefix, err)
	}
	certs, err := cert.ParsePEM(text)
	if err != nil {
		why, known := fault.Reason(err)
		if !known {
			why = err.Error()
		}
		return nil, fault.Told(config.Prefix+"SMEV_CERTIFICATES: "+why+": нужен файл PEM с сертификатами ГОСТ, которыми подписывает СМЭВ", err)
	}
	mode := cert.Pinned
	if c.Trust == config.TrustChain {
		mode = cert.Chained
	}
	trust := cert.NewTrust(certs, mode)
	if c.Subject == "" && mode == cert.Pinned {
		return trust, nil
	}
	subject, err := cert.ParseSubject(c.Subject)
	if err != nil {
		return nil, fmt.Errorf("%sSMEV_SUBJECT: %w", config.Prefix, err)
	}
	return trust.Of(subject), nil
}

func BusVersion(c config.SMEV) (smev.Version, error) {
	v, err := smev.ParseVersion(c.Schema)
	if err != nil {
		return v, fmt.Errorf("%sSMEV_SCHEMA: %w", config.Prefix, err)
	}
	return v, nil
}
