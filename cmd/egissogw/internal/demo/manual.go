package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"egissogw/adapter/mis/refmis"
	"egissogw/cmd/egissogw/internal/private"
	"egissogw/cmd/egissogw/internal/screen"
)

// byHand plays the way past the bus: facts are written to a file, a person
// uploads it in the provider's cabinet and brings the protocol back.
func (p *play) byHand(ctx context.Context, before tally) (tally, error) {
	ctx, cancel := context.WithTimeout(ctx, demoTerm)
	defer cancel()
	if err := p.stage.stopGateway(); err != nil {
		return before, err
	}
	p.stage.Env = append(p.stage.Env, "EGISSOGW_FORM_ON_COMMAND=fact")
	if err := p.stage.StartGateway(p.Program); err != nil {
		return before, err
	}
	added, err := refmis.AddRecipes(ctx, p.stage.Source, p.Seed+2, 15)
	if err != nil {
		return before, err
	}
	want, total := before, sum(added)
	want.source += total
	want.accepted += total
	p.step(fmt.Sprintf("шлюз запущен заново, пакеты фактов — по команде; в МИС новых рецептов %d", total))
	ready := 0
	err = p.stage.Until(ctx, func(ctx context.Context) (bool, error) {
		err := p.stage.GatewayDB.QueryRow(ctx, `select count(*) from egisso.record_status where register = 'fact' and state = 'ready'`).Scan(&ready)
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
	if err := private.Write(file, true, private.Bytes(protocol)); err != nil {
		return fmt.Errorf("write the protocol: %w", err)
	}
	return p.command(ctx, "import-protocol", file)
}

// command runs a command of the program as an operator would.
func (p *play) command(ctx context.Context, args ...string) error {
	screen.Fprintf(p.Stdout, "\n$ egissogw %s", args[0])
	for _, arg := range args[1:] {
		screen.Fprintf(p.Stdout, " %s", filepath.Base(arg))
	}
	screen.Fprintln(p.Stdout)
	cmd := exec.CommandContext(ctx, p.Program, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = p.stage.Env, p.Stdout, screen.NewNarrow(p.Stderr)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("egissogw %s: %w", args[0], err)
	}
	screen.Fprintln(p.Stdout)
	return nil
}
