package scaffold

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// value is what an answer says a column is made of: the first of alternatives that is not null.
// Each is a column, texts and columns put together, a literal, or nothing (-).
type value struct{ alternatives []alternative }

type alternative struct {
	terms []term
	when  *term // a column that says whether it is taken
}

type term struct {
	path    []string // of a column: alias or nothing, then its name
	literal *string
	cases   []pair // texts of the column's values and what they become
	rest    *string
	format  string // of a date in a text
}

type pair struct{ from, to string }

// token is a word, a quoted name, a literal or a sign.
type token struct {
	kind rune // 'w', '"', '\'', or the sign itself; 0 at the end
	text string
}

const signs = ".{}=,|+*()"

// tokens splits an answer.
func tokens(text string) (list []token, err error) {
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		c, size := utf8.DecodeRuneInString(rest)
		switch {
		case c == '\'' || c == '"':
			inside, n, ok := quoted(rest)
			if !ok {
				return nil, fmt.Errorf("кавычка %c не закрыта", c)
			}
			list, rest = append(list, token{c, inside}), rest[n:]
		case strings.ContainsRune(signs, c):
			list, rest = append(list, token{c, string(c)}), rest[size:]
		default:
			n := strings.IndexFunc(rest, func(r rune) bool {
				return unicode.IsSpace(r) || strings.ContainsRune(signs+`'"`, r)
			})
			if n < 0 {
				n = len(rest)
			}
			list, rest = append(list, token{'w', rest[:n]}), rest[n:]
		}
	}
	return list, nil
}

// quoted reads a quoted text; its quote inside is doubled.
func quoted(text string) (inside string, length int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != text[0]:
			b.WriteByte(text[i])
		case i+1 < len(text) && text[i+1] == text[0]:
			b.WriteByte(text[0])
			i++
		default:
			return b.String(), i + 1, true
		}
	}
	return "", 0, false
}

// parser reads tokens.
type parser struct{ list []token }

func (p *parser) peek() token {
	if len(p.list) == 0 {
		return token{}
	}
	return p.list[0]
}

func (p *parser) next() token {
	t := p.peek()
	if t.kind != 0 {
		p.list = p.list[1:]
	}
	return t
}

// accept takes a sign if it comes next.
func (p *parser) accept(sign rune) bool {
	if p.peek().kind != sign {
		return false
	}
	p.next()
	return true
}

func unexpected(t token, want string) error {
	if t.kind == 0 {
		return fmt.Errorf("ответ обрывается: ожидается %s", want)
	}
	return fmt.Errorf("%q здесь лишнее: ожидается %s", t.text, want)
}

// parseValue reads what a column is made of.
func parseValue(text string) (v value, err error) {
	p := &parser{}
	if p.list, err = tokens(text); err != nil {
		return v, err
	}
	if len(p.list) == 1 && p.list[0] == (token{'w', "-"}) {
		return v, nil
	}
	for {
		one, err := p.alternative()
		if err != nil {
			return v, err
		}
		if v.alternatives = append(v.alternatives, one); !p.accept('|') {
			break
		}
	}
	if t := p.peek(); t.kind != 0 {
		return v, unexpected(t, "конец ответа, +, | или if")
	}
	return v, nil
}

// alternative reads terms with + between them, and what they depend on.
func (p *parser) alternative() (one alternative, err error) {
	for {
		t, err := p.term()
		if err != nil {
			return one, err
		}
		if one.terms = append(one.terms, t); !p.accept('+') {
			break
		}
	}
	if p.peek() == (token{'w', "if"}) {
		p.next()
		t, err := p.term()
		if err != nil {
			return one, err
		}
		one.when = &t
	}
	return one, nil
}

// column is the value if it is nothing but a column or a literal.
func (v value) column() (t term, ok bool) {
	if len(v.alternatives) != 1 || len(v.alternatives[0].terms) != 1 || v.alternatives[0].when != nil {
		return t, false
	}
	return v.alternatives[0].terms[0], true
}

// path is the value if it is nothing but the name of a column.
func (v value) path() []string {
	t, ok := v.column()
	if !ok || t.literal != nil || t.format != "" || len(t.cases) > 0 || t.rest != nil {
		return nil
	}
	return t.path
}

func (p *parser) term() (t term, err error) {
	if p.peek().kind == '\'' {
		text := p.next().text
		return term{literal: &text}, nil
	}
	if t.path, err = p.path(); err != nil {
		return t, err
	}
	if p.peek() == (token{'w', "format"}) {
		p.next()
		if p.peek().kind != '\'' {
			return t, unexpected(p.peek(), "формат даты в апострофах")
		}
		t.format = p.next().text
	}
	if p.accept('{') {
		err = p.cases(&t)
	}
	return t, err
}

// path reads names with points between them.
func (p *parser) path() (path []string, err error) {
	for {
		t := p.next()
		if t.kind != 'w' && t.kind != '"' || t.text == "" {
			return nil, unexpected(t, "имя столбца или 'значение'")
		}
		if path = append(path, t.text); !p.accept('.') {
			return path, nil
		}
	}
}

// cases reads {value=meaning, *=meaning}.
func (p *parser) cases(t *term) error {
	for {
		from := p.next()
		if from.kind != 'w' && from.kind != '\'' && from.kind != '*' {
			return unexpected(from, "значение столбца")
		}
		if !p.accept('=') {
			return unexpected(p.peek(), "=")
		}
		to := p.next()
		if to.kind != 'w' && to.kind != '\'' {
			return unexpected(to, "чем оно становится")
		}
		if from.kind == '*' {
			t.rest = &to.text
		} else {
			for _, before := range t.cases {
				if before.from == from.text {
					return fmt.Errorf("значение %q названо дважды", from.text)
				}
			}
			t.cases = append(t.cases, pair{from.text, to.text})
		}
		if p.accept('}') {
			return nil
		}
		if !p.accept(',') {
			return unexpected(p.peek(), ", или }")
		}
	}
}

// link is one condition by which a row of a joined table is found.
type link struct {
	column  string
	path    []string
	literal *string
}

// parseSource reads a table and, after it, the conditions column=alias.column or column='value'.
func parseSource(text string) (table []string, links []link, err error) {
	p := &parser{}
	if p.list, err = tokens(text); err != nil {
		return nil, nil, err
	}
	if table, err = p.path(); err != nil {
		return nil, nil, err
	}
	for p.peek().kind != 0 {
		column := p.next()
		if column.kind != 'w' && column.kind != '"' {
			return nil, nil, unexpected(column, "имя столбца")
		}
		if !p.accept('=') {
			return nil, nil, unexpected(p.peek(), "=")
		}
		l := link{column: column.text}
		if p.peek().kind == '\'' {
			text := p.next().text
			l.literal = &text
		} else if l.path, err = p.path(); err != nil {
			return nil, nil, err
		}
		links = append(links, l)
	}
	return table, links, nil
}
