package fault

import (
	"context"
	"regexp"
	"strings"
	"syscall"

	"egissogw/crypto/cert"
)

// sqlState is the code of PostgreSQL in the text of an error.
var sqlState = regexp.MustCompile(`\(SQLSTATE ([0-9A-Z]{5})\)`)

// keptCauses are the words of the system in kept texts, and what they were before they were kept.
var keptCauses = []struct {
	words string
	err   error
}{
	{"connection refused", syscall.ECONNREFUSED},
	{"no route to host", syscall.EHOSTUNREACH},
	{"network is unreachable", syscall.ENETUNREACH},
	{"connection reset by peer", syscall.ECONNRESET},
	{"i/o timeout", context.DeadlineExceeded},
	{"context deadline exceeded", context.DeadlineExceeded},
}

// contractWords come before what is wrong with the views of the source (adapter/mis).
const contractWords = "the source does not fulfil the contract: "

// keptTexts are the words of the system about files, of certificates and faults about theirs.
var keptTexts = []struct{ words, text string }{
	{"no space left on device", "на диске кончилось место"},
	{"read-only file system", "файловая система только для чтения"},
	{"no such file or directory", "такого файла или каталога нет: проверьте путь"},
	{"not a directory", "это не каталог: проверьте путь"},
	{"permission denied", "нет прав: проверьте владельца и права"},
	{"input/output error", "ошибка ввода-вывода: проверьте диск"},
	{"address already in use", "порт занят другой программой: задайте другой или остановите её"},
	{"cannot assign requested address", "такого адреса у этой машины нет"},
	{cert.ErrExpired.Error(), "срок действия сертификата истёк: получите новый и укажите его в настройках"},
	{cert.ErrKeyTermOver.Error(), "срок закрытого ключа истёк: получите новый ключ и сертификат"},
	{cert.ErrNotYetValid.Error(), "сертификат ещё не действует: проверьте часы этой машины и файл сертификата"},
	{"server gave HTTP response to HTTPS client", "на этом порту отвечают без TLS: проверьте порт и схему, https или http"},
	{"http status 404", "по этому адресу сервер ничего не нашёл (HTTP 404): проверьте путь"},
	{"no such host", "такого узла нет в DNS: проверьте имя узла"},
	{"SenderIsNotRegistered", "СМЭВ не знает сертификата, которым подписывает шлюз"},
}

// Cause says in Russian what the kept text of an error means; what is not known stays as it
// was kept. The whole text is in the table of jobs and in the database.
func Cause(kept string) string {
	if code := sqlState.FindStringSubmatch(kept); code != nil && strings.Contains(kept, "failed to connect") {
		if text := connectTexts[code[1]]; text != "" {
			return text
		}
	}
	if _, mistakes, found := strings.Cut(kept, contractWords); found { // said in Russian, a line each
		first, more, several := strings.Cut(mistakes, "\n")
		if several && strings.Contains(more, contractWords) {
			first += "; и ещё: egissogw check"
		}
		return first
	}
	for _, r := range reasons {
		if strings.Contains(kept, r.err.Error()) {
			return r.text
		}
	}
	if sqlState.MatchString(kept) { // what a server said stays: its "permission denied" is not about files
		return kept
	}
	for _, k := range keptTexts {
		if strings.Contains(kept, k.words) {
			return k.text
		}
	}
	for _, c := range keptCauses {
		if strings.Contains(kept, c.words) {
			return Network(c.err)
		}
	}
	return kept
}
