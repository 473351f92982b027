package fault

import "testing"

func TestKeptErrorsAreToldInRussian(t *testing.T) {
	for kept, want := range map[string]string{
		"collect: connect to the source: failed to connect to `user=x database=mis`: 127.0.0.1 (h): failed SASL auth: FATAL: password authentication failed for user \"x\" (SQLSTATE 28P01)": "сервер не принял пароль: проверьте имя и пароль",
		"write: no space left on device":                 "на диске кончилось место",
		"send: dial tcp 10.0.0.1:80: connection refused": "соединение отвергнуто, на этом порту никто не слушает: проверьте порт и запущен ли сервер",
		"collect register fact: the source does not fulfil the contract: fact: нет права чтения":                                    "fact: нет права чтения",
		"a: the source does not fulfil the contract: fact: нет права\nb: the source does not fulfil the contract: point: нет права": "fact: нет права; и ещё: egissogw check",
		"sign GetRequest: sign SignedInfo: sign: run /p: signing program did not finish in time (2s): context deadline exceeded":    "программа подписи не уложилась в отведённое время",
		"take an answer: call: http: server gave HTTP response to HTTPS client":                                                     "на этом порту отвечают без TLS: проверьте порт и схему, https или http",
		"the archive cannot be written: permission denied":                                                                          "нет прав: проверьте владельца и права",
		"ERROR: permission denied for view fact (SQLSTATE 42501)":                                                                   "ERROR: permission denied for view fact (SQLSTATE 42501)",
		"Post: context deadline exceeded":                 "нет ответа за отведённое время: проверьте адрес, порт и межсетевой экран",
		"ERROR: column \"x\" of nothing (SQLSTATE 42703)": "ERROR: column \"x\" of nothing (SQLSTATE 42703)",
	} {
		if got := Cause(kept); got != want {
			t.Errorf("%s: %s", kept, got)
		}
	}
}
