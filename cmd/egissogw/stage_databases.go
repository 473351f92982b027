package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgcluster"
)

// databases are the connection strings of the two databases.
type databases struct{ mis, gateway string }

// startServer starts a private server with two empty databases.
func (s *stage) startServer(ctx context.Context) (err error) {
	if s.cluster, err = pgcluster.Start(ctx, pgcluster.Options{
		Dir: filepath.Join(s.dir, "postgresql"), Settings: map[string]string{"max_wal_size": "128MB"},
	}); err != nil {
		return err
	}
	for _, db := range []string{"mis", "gateway"} {
		if err := s.cluster.CreateDatabase(ctx, db); err != nil {
			return err
		}
	}
	s.databases = databases{mis: s.cluster.URL("mis"), gateway: s.cluster.URL("gateway")}
	return nil
}

// fillSource makes the reference МИС.
func (s *stage) fillSource(ctx context.Context, o refmis.Options) (manifest refmis.Manifest, err error) {
	if s.source, err = pgx.Connect(ctx, s.databases.mis); err != nil {
		return manifest, fmt.Errorf("connect to the reference МИС: %w", err)
	}
	if s.cluster != nil {
		if err := refmis.Install(ctx, s.source); err != nil {
			return manifest, err
		}
	}
	return refmis.Generate(ctx, s.source, o)
}

// openGatewayDatabase makes the schema of the gateway's database.
func (s *stage) openGatewayDatabase(ctx context.Context) (err error) {
	if s.cluster != nil {
		if _, _, err := store.Migrate(ctx, s.databases.gateway); err != nil {
			return err
		}
	}
	if s.store, err = store.Open(ctx, s.databases.gateway); err != nil {
		return err
	}
	if s.gatewayDB, err = pgx.Connect(ctx, s.databases.gateway); err != nil {
		return fmt.Errorf("connect to the gateway database: %w", err)
	}
	return nil
}
