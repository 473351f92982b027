package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// What decides what is sent is no secret, path or host, and changes its hash alone.
func TestSentHasNoSecretsPathsHosts(t *testing.T) {
	for f := range fields(reflect.ValueOf(&Config{}).Elem()) {
		place := f.isSecret() || f.isFile() || slices.Contains([]string{"url", "address", "proxy", "postgres", "folder"}, f.check) ||
			strings.HasSuffix(f.name, "_DIR")
		if f.sent && place {
			t.Errorf("%s decides what is sent, and may not be shown", f.name)
		}
	}
	var c Config
	before := Sent(c)
	c.Provider.Code, c.SMEV.URL, c.Job.TimeZone.Location = "0001.000001", "http://bus", time.FixedZone("MSK", 3*60*60)
	after := Sent(c)
	maps.DeleteFunc(after, func(name, hash string) bool { return before[name] == hash })
	if got := slices.Sorted(maps.Keys(after)); !slices.Equal(got, []string{"EGISSOGW_PROVIDER_CODE", "EGISSOGW_TIME_ZONE"}) {
		t.Errorf("changed: %v", got)
	}
	if after["EGISSOGW_PROVIDER_CODE"] == c.Provider.Code {
		t.Error("the value itself is shown")
	}
}
