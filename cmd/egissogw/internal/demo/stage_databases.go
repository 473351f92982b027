package demo

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgcluster"
)

// Databases are the connection strings of the two databases.
type Databases struct{ MIS, Gateway string }

// startServer starts a private server with two empty databases.
func (s *Stage) startServer(ctx context.Context) (err error) {
	if s.cluster, err = pgcluster.Start(ctx, pgcluster.Options{
		Dir: filepath.Join(s.Dir, "postgresql"), Settings: map[string]string{"max_wal_size": "128MB"},
	}); err != nil {
		return err
	}
	for _, db := range []string{"mis", "gateway"} {
		if err := s.cluster.CreateDatabase(ctx, db); err != nil {
			return err
		}
	}
	s.databases = Databases{MIS: s.cluster.URL("mis"), Gateway: s.cluster.URL("gateway")}
	return nil
}

// fillSource makes the reference МИС.
func (s *Stage) fillSource(ctx context.Context, o refmis.Options) (manifest refmis.Manifest, err error) {
	if s.Source, err = pgx.Connect(ctx, s.databases.MIS); err != nil {
		return manifest, fmt.Errorf("connect to the reference МИС: %w", err)
	}
	if s.cluster != nil {
		if err := refmis.Install(ctx, s.Source); err != nil {
			return manifest, err
		}
	}
	return refmis.Generate(ctx, s.Source, o)
}

// openGatewayDatabase makes the schema of the gateway's database.
func (s *Stage) openGatewayDatabase(ctx context.Context) (err error) {
	if s.cluster != nil {
		if _, _, err := store.Migrate(ctx, s.databases.Gateway); err != nil {
			return err
		}
	}
	if s.Store, err = store.Open(ctx, s.databases.Gateway); err != nil {
		return err
	}
	if s.GatewayDB, err = pgx.Connect(ctx, s.databases.Gateway); err != nil {
		return fmt.Errorf("connect to the gateway database: %w", err)
	}
	return nil
}
