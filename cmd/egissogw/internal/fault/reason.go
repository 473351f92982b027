package fault

import (
	"errors"
	"fmt"

	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	program "egissogw/crypto/command"
	"egissogw/crypto/pkcs11"
	"egissogw/crypto/softkey"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// reasons says in Russian what errors of signing and verifying mean, the more
// particular ones first.
var reasons = []struct {
	err  error
	text string
}{
	{cert.ErrGOST2001, "ключ или подпись ГОСТ Р 34.10-2001: выведены из применения, не принимаются"},
	{cert.ErrUnsupportedAlgorithm, "это не ГОСТ Р 34.10-2012"},

	{softkey.ErrMismatch, "сертификат не подходит к закрытому ключу"},
	{softkey.ErrPasswordNeeded, "закрытый ключ зашифрован, а пароль не задан (EGISSOGW_SOFTKEY_PASSWORD_FILE)"},
	{softkey.ErrWrongPassword, "пароль не открывает закрытый ключ"},
	{softkey.ErrUnsupportedCipher, "закрытый ключ зашифрован способом, который не поддерживается"},
	{softkey.ErrMalformed, "закрытый ключ не читается"},
	{pkcs11.ErrNotBuilt, "программа собрана без PKCS#11: соберите её с меткой pkcs11"},
	{pkcs11.ErrModule, "модуль PKCS#11 нельзя использовать"},
	{pkcs11.ErrNoToken, "токен не вставлен, или метка токена другая"},
	{pkcs11.ErrAmbiguous, "настройки подходят нескольким объектам токена: уточните метку или идентификатор ключа"},
	{pkcs11.ErrPINNeeded, "токен требует ПИН-код, а он не задан"},
	{pkcs11.ErrPINIncorrect, "ПИН-код неверен; повторно он не предъявляется, чтобы токен не заблокировался"},
	{pkcs11.ErrPINLocked, "ПИН-код заблокирован токеном"},
	{pkcs11.ErrPINFinalTry, "осталась последняя попытка ввода ПИН-кода: войдите один раз программой токена"},
	{pkcs11.ErrPINExpired, "токен требует сначала сменить ПИН-код"},
	{pkcs11.ErrNoKey, "закрытый ключ на токене не найден"},
	{pkcs11.ErrNoCertificate, "сертификата ключа на токене нет: задайте EGISSOGW_PKCS11_CERTIFICATE_FILE"},
	{pkcs11.ErrMismatch, "сертификат не подходит к ключу на токене"},
	{pkcs11.ErrUnsupported, "токен не умеет подписывать этим ключом по ГОСТ Р 34.10-2012"},
	{pkcs11.ErrTimeout, "токен не ответил вовремя"},
	{pkcs11.ErrToken, "ошибка токена"},
	{program.ErrProgram, "программу подписи нельзя использовать"},
	{program.ErrTimeout, "программа подписи не уложилась в отведённое время"},
	{program.ErrSignedAttributes, "программа подписи подписала не сами данные, а атрибуты CMS"},
	{program.ErrOutput, "программа подписи вернула не подпись"},
	{program.ErrFailed, "программа подписи завершилась с ошибкой"},
	{cert.ErrForeignSignature, "подпись, которую вернул токен или программа, не подходит к сертификату: проверьте, что сертификат от этого ключа"},

	{xmldsig.ErrTransform, "содержимое не проходит трансформацию СМЭВ: в нём есть элементы без пространства имён или атрибуты xml:*"},
	{xmldsig.ErrInstruction, "внутри подписанного элемента есть инструкция обработки: подпись её не видит"},
	{xmldsig.ErrGrowth, "форма для подписи несоразмерно больше документа"},
	{xmldsig.ErrXOP, "двоичная часть сообщения не подставляется"},
	{xmlsafe.ErrForbidden, "запрещённая конструкция XML (DOCTYPE, сущность, другая кодировка)"},
	{xmlsafe.ErrLimit, "XML слишком велик или слишком глубок"},
	{xmlsafe.ErrMalformed, "XML с ошибкой"},

	{cms.ErrDigest, "содержимое не то, которое подписано"},
	{cms.ErrNoContent, "подпись отдельно от файла, а сам файл не указан: --content ФАЙЛ"},
	{cms.ErrNoCertificate, "в CMS нет сертификата подписавшего"},
	{cms.ErrWrongCertificate, "подпись сделана для другого сертификата"},
	{cms.ErrSignature, "значение подписи не сходится"},
	{cms.ErrSigners, "в CMS нет подписей"},
	{cms.ErrMalformed, "это не CMS (PKCS#7) с подписью"},

	{cert.ErrUntrusted, "сертификат не входит в число доверенных и не выпущен ими"},
	{cert.ErrMalformed, "сертификат не читается"},
}

// Reason is what an error means, in Russian.
func Reason(err error) (text string, known bool) {
	var term *cert.TermError
	if errors.As(err, &term) {
		return termText(term), true
	}
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return r.text, true
		}
	}
	return "", false
}

// Because puts what an error means, in Russian, before its own text.
func Because(err error) error {
	var term *cert.TermError
	if errors.As(err, &term) {
		return fmt.Errorf("%s (%w)", termText(term), err)
	}
	var syntax *xmlsafe.SyntaxError
	for _, r := range reasons {
		if !errors.Is(err, r.err) {
			continue
		}
		if errors.As(err, &syntax) {
			return fmt.Errorf("%s, строка %d, столбец %d (%w)", r.text, syntax.Line, syntax.Column, err)
		}
		return fmt.Errorf("%s (%w)", r.text, err)
	}
	return err
}

// termText says which term was violated.
func termText(e *cert.TermError) string {
	bound := screen.Time(e.Bound)
	switch e.Kind {
	case cert.ErrNotYetValid:
		return "сертификат начнёт действовать только " + bound
	case cert.ErrExpired:
		return "срок действия сертификата истёк " + bound
	case cert.ErrKeyNotYetValid:
		return "срок закрытого ключа начнётся только " + bound
	}
	return "срок закрытого ключа истёк " + bound
}
