package config

import "testing"

func TestListenIsLoopbackUnlessAHostIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		":9464": "127.0.0.1:9464", "127.0.0.1:9464": "127.0.0.1:9464", "[::1]:9464": "[::1]:9464", "0.0.0.0:9464": "0.0.0.0:9464",
		"9464": "", "localhost": "", "http://127.0.0.1:9464": "", ":70000": "", "a b:1": "", ":": "",
	} {
		if got := (Watch{Listen: text}).Address(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if wrong := checkListen(text) != ""; wrong != (want == "") {
			t.Errorf("%q: wrong %v", text, wrong)
		}
	}
}
