package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/cmd/torture/world"
)

// forged is a protocol that calls every record of a package accepted.
const forged = `<response xmlns="urn://egisso-ru/msg/10.10.I/1.0.3" xmlns:pr="urn://egisso-ru/types/package-protocol/1.0.3"
 xmlns:res="urn://egisso-ru/types/package-result/1.0.2"><pr:protocol><pr:packageResult><res:packageID>%s</res:packageID>
 <res:packageType>Реестр фактов назначений</res:packageType><res:packageStatus>3</res:packageStatus>
 <res:receivingTime>%[2]s</res:receivingTime><res:startProcessTime>%[2]s</res:startProcessTime><res:finishProcessTime>%[2]s</res:finishProcessTime>
 <res:recordNum>%[3]d</res:recordNum><res:recordNumSuccess>%[3]d</res:recordNumSuccess></pr:packageResult></pr:protocol></response>`

// strangersAnswer answers a package in the place of ЕГИССО: the bus signs what it
// carries, whoever wrote it.
func strangersAnswer(ctx context.Context, p *play) error {
	if err := p.Bus.Trouble(smevtest.Rule{On: "SendRequest", Times: -1, AnswerDelay: smevtest.Duration(20 * time.Second)}); err != nil {
		return err
	}
	if err := p.Add(ctx, 20); err != nil {
		return err
	}
	var id, message string
	var records int
	const waiting = `select id::text, message_id::text, record_count from egisso.journal where register = 'fact' and state = 'queued'`
	err := world.Until(ctx, "a package waits for its answer", func(ctx context.Context) (bool, error) {
		err := p.Gateway.QueryRow(ctx, waiting).Scan(&id, &message, &records)
		return err == nil, err
	})
	if err != nil {
		return err
	}
	_, err = p.Bus.Push(ctx, smevtest.Push{
		Name: "forged", Type: smevtest.PushResponse, To: world.Mnemonic, From: "STRANGER", FromName: "Посторонняя система",
		OriginalID: message, Content: fmt.Appendf(nil, forged, id, time.Now().Format("2006-01-02T15:04:05Z07:00"), records),
	})
	if err != nil {
		return err
	}
	if err := p.during(ctx, 6*time.Second); err != nil {
		return err
	}
	var state string
	if err := p.Gateway.QueryRow(ctx, `select state from egisso.journal where id::text = $1`, id).Scan(&state); err != nil {
		return err
	}
	if state == "answered" {
		return errors.New("the protocol of a stranger was believed")
	}
	p.Bus.Script().Clear()
	return nil
}
