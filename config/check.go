package config

import (
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// packagePlaceholder stands for the package's identifier in FACT_FILE_NAME.
const packagePlaceholder = "{package}"

var (
	// participantPattern is ParticipantCode of ЕГИССО's basic types 1.0.8.
	participantPattern = regexp.MustCompile(`^[A-HJ-NP-Z0-9]{4}\.\d{6}$`)
	// mimePattern is the MimeType pattern of SMEV's basic types.
	mimePattern       = regexp.MustCompile(`^(text|image|audio|video|application)/[a-zA-Z0-9\-+.]*$`)
	identifierPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,62}$`)
	fileNamePattern   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9._-]{0,119}$`)
	exportNamePattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,119}$`)
	withdrawnPattern  = regexp.MustCompile(`^\d\d\.\d\d\.[A-Z]=\d+\.\d+\.\d+@(\d{4}-\d\d-\d\d|off)( *, *\d\d\.\d\d\.[A-Z]=\d+\.\d+\.\d+@(\d{4}-\d\d-\d\d|off))*$`)
	versionsPattern   = regexp.MustCompile(`^\d\d\.\d\d\.[A-Z]=\d+\.\d+\.\d+( *, *\d\d\.\d\d\.[A-Z]=\d+\.\d+\.\d+)*$`)
	eventsPattern     = regexp.MustCompile(`^[a-z_]+=[A-Za-z]+( *, *[a-z_]+=[A-Za-z]+)*$`)
	subjectPattern    = regexp.MustCompile(`^((ОГРН|OGRN)=\d{13}|O=\s*\S.*)$`)
	folderPattern     = regexp.MustCompile(`^/.*[^/]$`)
	hexPattern        = regexp.MustCompile(`^([0-9A-Fa-f]{2})+$`)
)

// textChecks are the checks named by the tag "check". Each says what is wrong
// with a text, without repeating it.
var textChecks = map[string]func(string) string{
	"date":        checkDate,
	"participant": matches(participantPattern, "ожидается код вида 0000.000000"),
	"mime":        matches(mimePattern, "ожидается тип вида application/xml"),
	"identifier":  matches(identifierPattern, "ожидается имя из латинских букв, цифр и подчёркиваний"),
	"hex":         matches(hexPattern, "ожидаются пары шестнадцатеричных цифр"),
	"file-name":   checkFileName,
	"export-name": checkExportName,
	"versions":    matches(versionsPattern, "ожидаются пары ВИД=ВЕРСИЯ через запятую, например 10.05.I=2.1.0"),
	"withdrawn":   matches(withdrawnPattern, "ожидаются ВИД=ВЕРСИЯ@ГГГГ-ММ-ДД или ВИД=ВЕРСИЯ@off через запятую"),
	"events":      matches(eventsPattern, "ожидаются пары ПРИЧИНА=СОБЫТИЕ через запятую или ПРИЧИНА=off"),
	"subject":     matches(subjectPattern, "ожидается ОГРН=1234567890123 или O=организация (O — латинская)"),
	"postgres":    checkPostgres,
	"url":         checkURL,
	"proxy":       checkProxy,
	"uri":         checkURI,
	"address":     checkAddress,
	"node":        checkNode,
	"folder":      matches(folderPattern, "ожидается полный путь каталога"),
	"xml":         checkXML,
	"line":        checkLine,
	"label":       checkLabel,
	"listen":      checkListen,
	"hosts":       checkHosts,
	"token":       checkToken,
}

func matches(pattern *regexp.Regexp, problem string) func(string) string {
	return func(text string) string {
		if pattern.MatchString(text) {
			return ""
		}
		return problem
	}
}

func checkFileName(text string) string {
	// The longest identifier there is, a UUID, takes the placeholder's place.
	name := strings.ReplaceAll(text, packagePlaceholder, strings.Repeat("0", 36))
	if !fileNamePattern.MatchString(name) {
		return "ожидается имя файла, которое начинается с латинской буквы и состоит из латинских букв, цифр, точек, дефисов, подчёркиваний и " + packagePlaceholder
	}
	return ""
}

// exportPlaceholders stand in EXPORT_FILE_NAME for what differs between files;
// the values are the longest there are.
var exportPlaceholders = map[string]string{
	packagePlaceholder: strings.Repeat("0", 36), "{prefix}": "0000", "{provider}": "0000.000000", "{kind}": "10.06.S", "{date}": "2006-01-02",
}

func checkExportName(text string) string {
	if !strings.Contains(text, packagePlaceholder) {
		return "в имени должно быть " + packagePlaceholder + ", иначе файлы заменяли бы друг друга"
	}
	for placeholder, longest := range exportPlaceholders {
		text = strings.ReplaceAll(text, placeholder, longest)
	}
	if !exportNamePattern.MatchString(text) {
		return "ожидается имя файла из латинских букв, цифр, точек, дефисов, подчёркиваний и {package}, {prefix}, {provider}, {kind}, {date}"
	}
	return ""
}

func checkDate(text string) string {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "ожидается дата ГГГГ-ММ-ДД"
	}
	return ""
}

func checkURI(text string) string {
	u, err := url.Parse(text)
	if err != nil || !u.IsAbs() {
		return "ожидается URI со схемой, например urn://"
	}
	return ""
}

// checkLine refuses what would end a command of FTP and begin another (RFC 959 5.3).
func checkLine(text string) string {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return "переводы строк и другие управляющие знаки недопустимы"
	}
	return ""
}

// checkLabel refuses a PKCS#11 URI (RFC 7512) in place of a label: it may hold a PIN, and
// labels are shown.
func checkLabel(text string) string {
	if strings.HasPrefix(strings.ToLower(text), "pkcs11:") || strings.Contains(text, "pin-value=") {
		return "ожидается метка, а не адрес pkcs11:; ПИН-код задаётся только в " + Prefix + "PKCS11_PIN_FILE"
	}
	return checkLine(text)
}

// checkNode follows NodeID of SMEV's types: a string of at most 50 characters.
func checkNode(text string) string {
	if utf8.RuneCountInString(text) > 50 {
		return "длиннее 50 знаков"
	}
	return ""
}

// checkXML accepts what BusinessProcessMetadata may hold: elements of a foreign
// namespace, and no loose text.
func checkXML(text string) string {
	d := xml.NewDecoder(strings.NewReader("<root>" + text + "</root>"))
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return ""
		}
		if err != nil {
			return "не XML: проверьте теги и знаки & и <"
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 1 && t.Name.Space == "" {
				return "у элементов должно быть пространство имён"
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 1 && strings.TrimSpace(string(t)) != "" {
				return "вне элементов не должно быть текста"
			}
		case xml.Directive:
			return "DOCTYPE недопустим"
		}
	}
}
