package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
)

// addNeeds reads the measures and participants the rows depend on.
func addNeeds(ctx context.Context, tx pgx.Tx, rows []*dirtyRow) error {
	wanted := map[egisso.Register]map[string]bool{egisso.RegisterMeasure: {}, egisso.RegisterParticipant: {}}
	for _, row := range rows {
		for _, n := range row.needs {
			wanted[n.Register][n.Key] = true
		}
	}
	measures, err := readMeasures(ctx, tx, slices.Collect(maps.Keys(wanted[egisso.RegisterMeasure])))
	if err != nil {
		return err
	}
	codes, err := readParticipants(ctx, tx, slices.Collect(maps.Keys(wanted[egisso.RegisterParticipant])))
	if err != nil {
		return err
	}
	for _, row := range rows {
		row.Measures, row.Participants = map[string]*lifecycle.MeasureState{}, map[string]string{}
		for _, n := range row.needs {
			if state, known := measures[n.Key]; known && n.Register == egisso.RegisterMeasure {
				row.Measures[n.Key] = state
			}
			if code, known := codes[n.Key]; known && n.Register == egisso.RegisterParticipant {
				row.Participants[n.Key] = code
			}
		}
	}
	return nil
}

func readMeasures(ctx context.Context, tx pgx.Tx, keys []string) (map[string]*lifecycle.MeasureState, error) {
	measures := map[string]*lifecycle.MeasureState{}
	if len(keys) == 0 {
		return measures, nil
	}
	result, err := tx.Query(ctx, query("measures"), keys)
	if err != nil {
		return nil, err
	}
	var key, provider string
	var content []byte
	var pending, gone bool
	_, err = pgx.ForEachRow(result, []any{&key, &content, &provider, &pending, &gone}, func() error {
		state := &lifecycle.MeasureState{Provider: provider, Pending: pending, Gone: gone}
		if content != nil {
			state.Accepted = new(egisso.LocalMeasure)
			if err := json.Unmarshal(content, state.Accepted); err != nil {
				return fmt.Errorf("decode accepted measure %s: %w", key, err)
			}
		}
		measures[key] = state
		return nil
	})
	return measures, err
}

// addUses notes which of the measures that are gone are still named.
func addUses(ctx context.Context, tx pgx.Tx, rows []*dirtyRow) error {
	var keys []string
	for _, row := range rows {
		if row.Deleted && row.AcceptedID != uuid.Nil {
			keys = append(keys, row.Key)
		}
	}
	if keys == nil {
		return nil
	}
	result, err := tx.Query(ctx, query("measures_in_use"), keys)
	if err != nil {
		return err
	}
	used, err := pgx.CollectRows(result, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, row := range rows {
		row.InUse = slices.Contains(used, row.Key)
	}
	return nil
}

func readParticipants(ctx context.Context, tx pgx.Tx, keys []string) (map[string]string, error) {
	codes := map[string]string{}
	if len(keys) == 0 {
		return codes, nil
	}
	result, err := tx.Query(ctx, query("participants"), keys)
	if err != nil {
		return nil, err
	}
	var key, code string
	_, err = pgx.ForEachRow(result, []any{&key, &code}, func() error {
		codes[key] = code
		return nil
	})
	return codes, err
}

// ParticipantCodes returns the codes of all participants ЕГИССО holds; nil if
// the register is not kept.
func (s *Store) ParticipantCodes(ctx context.Context) (map[string]bool, error) {
	rows, err := s.besideTx.Query(ctx, query("participant_codes"))
	if err != nil {
		return nil, fmt.Errorf("list the codes of participants: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the codes of participants: %w", err)
	}
	var codes map[string]bool
	for _, code := range list {
		if codes == nil {
			codes = map[string]bool{}
		}
		codes[code] = true
	}
	return codes, nil
}
