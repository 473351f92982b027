package fault

import "testing"

func TestKeptErrorsAreToldInRussian(t *testing.T) {
	for kept, want := range map[string]string{
		"collect: connect to the source: failed to connect to `user=x database=mis`: 127.0.0.1 (h): failed SASL auth: FATAL: password authentication failed for user \"x\" (SQLSTATE 28P01)": "сервер не принял пароль: проверьте имя и пароль",
		"write: no space left on device":                  "на диске кончилось место",
		"send: dial tcp 10.0.0.1:80: connection refused":  "соединение отвергнуто, на этом порту никто не слушает: проверьте порт и запущен ли сервер",
		"Post: context deadline exceeded":                 "нет ответа за отведённое время: проверьте адрес, порт и межсетевой экран",
		"ERROR: column \"x\" of nothing (SQLSTATE 42703)": "ERROR: column \"x\" of nothing (SQLSTATE 42703)",
	} {
		if got := Cause(kept); got != want {
			t.Errorf("%s: %s", kept, got)
		}
	}
}
