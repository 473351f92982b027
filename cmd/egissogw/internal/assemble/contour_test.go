package assemble

import (
	"slices"
	"strings"
	"testing"

	"egissogw/config"
)

// Versions of the schemas stand in the path of the bus; ports that go without saying are
// said; a МИС may be on several hosts.
func TestContourOfSettings(t *testing.T) {
	for _, tc := range []struct{ smev, source, bus, database string }{
		{"http://Bus/ws/v1.3", "postgres://u:p@MIS/db", "bus:80", "db.views"},
		{"https://bus/ws", "host=a,b port=1,2 dbname=db", "bus:443", "db.views"},
		{"http://bus:7500/ws", "postgres://u@a:1,b:2/db?target_session_attrs=any", "bus:7500", "db.views"},
	} {
		var c config.Config
		c.SMEV.URL, c.Source.Schema = tc.smev, "views"
		c.Source.DatabaseURL = config.NewSecret(tc.source)
		got, err := ContourOf(c)
		if err != nil || got.Bus != tc.bus || got.Source != tc.database {
			t.Errorf("%s %s: %+v, %v", tc.smev, tc.source, got, err)
		}
		if hosts := []string{"a:1", "b:2"}; strings.Contains(tc.source, "b") && strings.Contains(tc.source, "1") && !slices.Equal(got.SourceHosts, hosts) {
			t.Errorf("%s: %v", tc.source, got.SourceHosts)
		}
		if strings.Contains(got.String(), "u:p") {
			t.Errorf("%s shows a password", got)
		}
	}
}
