package assemble

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/config"

	"github.com/jackc/pgx/v5"
)

// ContourOf is the contour the settings name. Host and port of the bus are its address:
// versions of the schemas stand in the path.
func ContourOf(c config.Config) (store.Contour, error) {
	bus, err := url.Parse(c.SMEV.URL)
	if err != nil {
		return store.Contour{}, err
	}
	port := bus.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[bus.Scheme]
	}
	contour := store.Contour{Bus: net.JoinHostPort(strings.ToLower(bus.Hostname()), port), Test: c.SMEV.TestMessage, Provider: c.Provider.Code}
	contour.Source, contour.SourceHosts, err = SourceOf(c.Source)
	return contour, err
}

// SourceOf names the МИС: database and schema, and where it may be.
func SourceOf(c config.Source) (source string, hosts []string, err error) {
	address, err := pgx.ParseConfig(c.DatabaseURL.Reveal())
	if err != nil {
		return "", nil, err
	}
	add := func(host string, port uint16) {
		if !strings.HasPrefix(host, "/") { // a folder of sockets
			host = strings.ToLower(host)
		}
		if at := net.JoinHostPort(host, strconv.Itoa(int(port))); !slices.Contains(hosts, at) {
			hosts = append(hosts, at)
		}
	}
	add(address.Host, address.Port)
	for _, f := range address.Fallbacks {
		add(f.Host, f.Port)
	}
	return address.Database + "." + c.Schema, hosts, nil
}

// inContour refuses to start in a database of another contour: the next start would be
// refused, too. It stands before the signer, whose PIN is not to be tried for nothing.
func inContour(ctx context.Context, s *store.Store, c config.Config) error {
	contour, err := ContourOf(c)
	if err != nil {
		return err
	}
	return ContourFault(s.InContour(ctx, contour))
}

// ContourFault tells a contour that is another one, which it will be at the next start, too.
func ContourFault(err error) error {
	if other := (*store.OtherContourError)(nil); errors.As(err, &other) {
		return fault.Lasting(err)
	}
	return err
}
