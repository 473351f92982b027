package main

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"

	"egissogw/adapter/egisso"
	"egissogw/config"
)

// wrongPolicies are mistakes in settings, one of them with two, and how each is told.
var wrongPolicies = map[string]struct {
	value string
	told  []string
}{
	"RULE_POLICY":        {"L-NOSUCH=off,019=warn", []string{`правила "L-NOSUCH" нет`}},
	"EVENT_POLICY":       {"expired=nothing,boredom=off", []string{`причина expired: события "nothing" для неё нет`, `причины "boredom" нет`}},
	"KIND_VERSIONS":      {"10.06.S=9.9.9", []string{`10.06.S: версии "9.9.9" нет`}},
	"WITHDRAWN_VERSIONS": {"10.06.S=1.0.7@2026-13-01", []string{`день "2026-13-01"`}},
	"ALREADY_LOADED":     {"045;уже", []string{`"уже": часть текста отказа короче`}},
	"UNKNOWN_RECORD":     {"нет", []string{`"нет": часть текста отказа короче`}},
}

func TestAllWrongPoliciesAreToldAtOnce(t *testing.T) {
	env := map[string]string{}
	for variable, wrong := range wrongPolicies {
		env["EGISSOGW_"+variable] = wrong.value
	}
	c, _ := config.Load(t.Context(), envconfig.MapLookuper(env))
	a := &app{lookuper: envconfig.MapLookuper(env)}
	report := checkConfiguration(a, c, nil)
	_, loaded := a.load(context.Background())
	var problems *config.Problems
	if !errors.As(loaded, &problems) {
		t.Fatalf("loaded: %v", loaded)
	}
	for variable, wrong := range wrongPolicies {
		for _, text := range wrong.told {
			for where, lines := range map[string][]string{"check": report.Problem, "serve": problems.Lines()} {
				if n := count(lines, variable, text); n != 1 {
					t.Errorf("%s tells %d times of %s that %s: %q", where, n, variable, text, lines)
				}
			}
		}
	}
}

// count counts the lines about a variable that say the text.
func count(lines []string, variable, text string) (n int) {
	for _, line := range lines {
		if strings.Contains(line, "EGISSOGW_"+variable) && strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// TestRegistersAreNamedAlike: settings and commands know a register by the same names.
func TestRegistersAreNamedAlike(t *testing.T) {
	var known [][]string
	for _, r := range egisso.Registers() {
		known = append(known, r.Names())
	}
	if names := config.RegisterNames(); !reflect.DeepEqual(names, known) {
		t.Errorf("settings: %q, commands: %q", names, known)
	}
}

// TestParticipantCodesAreOneForm: settings may not import ЕГИССО's formats, and take the same codes.
func TestParticipantCodesAreOneForm(t *testing.T) {
	for _, code := range []string{"0042.000001", "A0Z9.123456", "I042.000001", "O042.000001", "a042.000001", "0042.00001", "0042-000001", "0042.0000011", "00420.00001"} {
		_, err := config.Load(t.Context(), envconfig.MapLookuper(map[string]string{"EGISSOGW_PROVIDER_CODE": code}))
		refused := err != nil && strings.Contains(err.Error(), "EGISSOGW_PROVIDER_CODE")
		if wrong := egisso.ParticipantCodeFormat(code) != ""; refused != wrong {
			t.Errorf("%s: settings refuse it: %v, ЕГИССО's format: %v", code, refused, wrong)
		}
	}
}
