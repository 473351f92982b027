package fault

import (
	"errors"

	"egissogw/config"
	"egissogw/crypto/cert"
	program "egissogw/crypto/command"
	"egissogw/crypto/pkcs11"
	"egissogw/crypto/softkey"
)

// signerPlaces are the settings a kind of signer reads, as they are named in its errors.
var signerPlaces = map[string]string{
	config.SignerSoftkey: "EGISSOGW_SOFTKEY_KEY_FILE, EGISSOGW_SOFTKEY_CERTIFICATE_FILE",
	config.SignerPKCS11:  "EGISSOGW_PKCS11_…",
	config.SignerCommand: "EGISSOGW_COMMAND_PATH, EGISSOGW_COMMAND_CERTIFICATE_FILE",
}

// signerRemedies say what to do about a signer that does not open or sign, the more particular first.
var signerRemedies = []struct {
	err    error
	remedy string
}{
	{cert.ErrExpired, "получите новый сертификат и зарегистрируйте его в СМЭВ"},
	{cert.ErrKeyTermOver, "получите новый ключ с сертификатом и зарегистрируйте его в СМЭВ"},
	{cert.ErrNotYetValid, "проверьте часы этой машины и тот ли это файл"},
	{cert.ErrKeyNotYetValid, "проверьте часы этой машины и тот ли это файл"},
	{softkey.ErrMismatch, "укажите сертификат этого ключа"},
	{softkey.ErrPasswordNeeded, "положите пароль в файл и назовите его"},
	{softkey.ErrWrongPassword, "проверьте EGISSOGW_SOFTKEY_PASSWORD_FILE"},
	{softkey.ErrUnsupportedCipher, "сохраните ключ в PKCS#8 с AES или «Кузнечиком»"},
	{softkey.ErrMalformed, "нужен PEM с PRIVATE KEY (PKCS#8): не контейнер .p12/.pfx и не сертификат"},
	{cert.ErrUnsupportedAlgorithm, "нужны ключ и сертификат ГОСТ Р 34.10-2012, а не RSA"},
	{pkcs11.ErrModule, "укажите в EGISSOGW_PKCS11_MODULE библиотеку производителя токена для этой архитектуры"},
	{pkcs11.ErrNoToken, "вставьте токен, проверьте EGISSOGW_PKCS11_TOKEN_LABEL"},
	{pkcs11.ErrPINLocked, "разблокируйте его программой токена"},
	{pkcs11.ErrPINIncorrect, "исправьте файл с ПИН-кодом"},
	{pkcs11.ErrNoKey, "проверьте EGISSOGW_PKCS11_KEY_LABEL или EGISSOGW_PKCS11_KEY_ID"},
	{pkcs11.ErrMismatch, "проверьте EGISSOGW_PKCS11_CERTIFICATE_FILE"},
	{program.ErrTimeout, "запустите её от учётной записи службы; срок — EGISSOGW_COMMAND_TIMEOUT"},
	{program.ErrOutput, "она должна вернуть подпись, и ничего больше, на стандартный вывод"},
	{program.ErrFailed, "запустите её от учётной записи службы"},
	{cert.ErrMalformed, "нужен сертификат в PEM или DER"},
}

// explained leaves nothing to add to its reason: what the library says is the same in English.
var explained = []error{softkey.ErrMismatch, softkey.ErrPasswordNeeded, softkey.ErrWrongPassword, softkey.ErrMalformed, cert.ErrUnsupportedAlgorithm,
	cert.ErrExpired, cert.ErrKeyTermOver, cert.ErrNotYetValid, cert.ErrKeyNotYetValid, program.ErrTimeout, program.ErrOutput}

// SignerReason says why a signer does not open or sign: where, the cause, and what to do. What was
// told with its variable stays.
func SignerReason(kind string, err error) error {
	var told fault
	if err == nil || errors.As(err, &told) {
		return err
	}
	text, known := Reason(err)
	if !known {
		return Because(err)
	}
	isOne := func(list []error) bool {
		for _, e := range list {
			if errors.Is(err, e) {
				return true
			}
		}
		return false
	}
	if !isOne(explained) {
		text = Because(err).Error()
	}
	for _, r := range signerRemedies {
		if errors.Is(err, r.err) {
			text += ": " + r.remedy
			break
		}
	}
	return fault{signerPlaces[kind] + ": " + text, err}
}
