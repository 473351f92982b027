package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"egissogw/adapter/mis/refmis"
)

// byHand plays the way past the bus: facts are written to a file, a person
// uploads it in the provider's cabinet and brings the protocol back.
func (p *play) byHand(ctx context.Context, before tally) (tally, error) {
	ctx, cancel := context.WithTimeout(ctx, demoTerm)
	defer cancel()
	if err := p.stage.stopGateway(); err != nil {
		return before, err
	}
	p.stage.env = append(p.stage.env, "EGISSOGW_FORM_ON_COMMAND=fact")
	if err := p.stage.startGateway(p.program); err != nil {
		return before, err
	}
	added, err := refmis.AddRecipes(ctx, p.stage.source, p.seed+2, 15)
	if err != nil {
		return before, err
	}
	want, total := before, sum(added)
	want.source += total
	want.accepted += total
	p.step(fmt.Sprintf("шлюз запущен заново, пакеты фактов — по команде; в МИС новых рецептов %d", total))
	ready := 0
	err = p.stage.until(ctx, func(ctx context.Context) (bool, error) {
		err := p.stage.gatewayDB.QueryRow(ctx, `select count(*) from egisso.record_status where register = 'fact' and state = 'ready'`).Scan(&ready)
		return ready == total, err
	})
	if err != nil {
		return before, err
	}
	if err := p.upload(ctx); err != nil {
		return before, err
	}
	return want, p.await(ctx, "протокол, принесённый файлом, применён", want)
}

// upload exports the ready facts, brings the archive to the cabinet and applies
// the protocol.
func (p *play) upload(ctx context.Context) error {
	dir := filepath.Join(p.dir, "export")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("make a folder for the export: %w", err)
	}
	if err := p.command(ctx, "export", "--register", "fact", "--zip", dir); err != nil {
		return err
	}
	archives, err := filepath.Glob(filepath.Join(dir, "*.zip"))
	if err != nil || len(archives) != 1 {
		return fmt.Errorf("архивов выгрузки %d, а нужен один", len(archives))
	}
	archive, err := os.ReadFile(archives[0])
	if err != nil {
		return fmt.Errorf("read the export: %w", err)
	}
	protocol, err := p.stage.visit(ctx, "/cabinet", archive)
	if err != nil {
		return err
	}
	file := filepath.Join(p.dir, "protocol.xml")
	if err := (privateFile{file, true}).write(writeBytes(protocol)); err != nil {
		return fmt.Errorf("write the protocol: %w", err)
	}
	return p.command(ctx, "import-protocol", file)
}

// command runs a command of the program as an operator would.
func (p *play) command(ctx context.Context, args ...string) error {
	fprintf(p.stdout, "\n$ egissogw %s", args[0])
	for _, arg := range args[1:] {
		fprintf(p.stdout, " %s", filepath.Base(arg))
	}
	fprintln(p.stdout)
	cmd := exec.CommandContext(ctx, p.program, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = p.stage.env, p.stdout, newNarrow(p.stderr)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("egissogw %s: %w", args[0], err)
	}
	fprintln(p.stdout)
	return nil
}
