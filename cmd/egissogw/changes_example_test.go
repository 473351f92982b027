package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"
)

// The example in the help of changes is no wrong usage: a person copies it when thousands of records wait.
func TestExampleOfChangesIsAccepted(t *testing.T) {
	for _, c := range commands {
		if c.name != "changes" {
			continue
		}
		for _, example := range c.examples {
			var out strings.Builder
			a := &app{stdout: &out, stderr: &out, lookuper: envconfig.MapLookuper(nil)}
			example = strings.ReplaceAll(example, "'закрыт филиал'", "закрыт")
			var wrong usageError
			if err := changes(context.Background(), a, strings.Fields(example)); err == nil || errors.As(err, &wrong) {
				t.Errorf("%s: %v", example, err)
			}
		}
	}
}
