package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"egissogw/cmd/egissogw/internal/demo"
	"egissogw/cmd/egissogw/internal/screen"
)

// runDemo plays the whole way of a record on this machine and proves that every
// record of the source is accounted for.
func runDemo(ctx context.Context, a *app, args []string) error {
	f := a.flags("demo")
	facts := f.Int("facts", 2500, "сколько рецептов в учебной МИС")
	changes := f.Int("changes", 60, "сколько рецептов изменить во второй части")
	seed := f.Uint64("seed", 1, "из чего выдумываются люди и рецепты")
	keep := f.Bool("keep", false, "оставить всё работающим")
	save := f.String("save", "", "каталог, куда имитатор сложит каждое сообщение и каждый пакет")
	sim := f.String("sim", "", "программа имитатора; по умолчанию smevsim рядом с egissogw")
	positional, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(positional) > 0 || *facts < 100 || *changes < 0 {
		return usageError{"рецептов не меньше 100, изменений не меньше 0"}
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program itself: %w", err)
	}
	if *sim == "" {
		*sim = filepath.Join(filepath.Dir(program), "smevsim")
	}
	if *save != "" {
		if *save, err = filepath.Abs(*save); err != nil {
			return err
		}
	}
	bar := a.progress()
	wide := bar.over(a.stdout)
	defer bar.busy("Демонстрация идёт")()
	return demo.Play(ctx, demo.Options{
		Program: program, Simulator: *sim, Save: *save, Facts: *facts, Changes: *changes, Seed: *seed, Keep: *keep,
		Stdout: screen.NewNarrow(wide), Wide: wide, Stderr: a.stderr,
		Journal: printJournal, Details: printDetails, Invalid: printInvalid,
	})
}
