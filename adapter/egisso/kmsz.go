package egisso

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"sort"
	"strconv"
	"time"
)

// VersionStatus is the status of a version of КМСЗ (tVersionStatus,
// SPEC.md#version-status).
type VersionStatus int

// Statuses of a version. Exactly one version is active.
const (
	StatusDraft      VersionStatus = 1 // проект
	StatusPublishing VersionStatus = 2 // в процессе публикации
	StatusPublished  VersionStatus = 3 // опубликована
	StatusActivating VersionStatus = 4 // в процессе активации
	StatusActive     VersionStatus = 5 // активна
	StatusArchived   VersionStatus = 6 // архив
)

// Title returns the status as people read it.
func (s VersionStatus) Title() string {
	switch s {
	case StatusDraft:
		return "Проект"
	case StatusPublishing:
		return "В процессе публикации"
	case StatusPublished:
		return "Опубликована"
	case StatusActivating:
		return "В процессе активации"
	case StatusActive:
		return "Активна"
	case StatusArchived:
		return "Архив"
	}
	return "Неизвестный статус"
}

// KMSZVersion is the header of a version of КМСЗ (tClsVersion of basic).
type KMSZVersion struct {
	Number     int           `json:"version_num"`
	Status     VersionStatus `json:"version_status"`
	StartDate  time.Time     `json:"start_date"`
	FinishDate time.Time     `json:"finish_date,omitzero"`
	Document   string        `json:"document"`
	Note       string        `json:"note,omitempty"`
}

// Facet is one list of КМСЗ; its value is the XSD element's name
// (SPEC.md#classifier-structure).
type Facet string

// Facets of КМСЗ.
const (
	FacetMSZ        Facet = "reestrMSZ"
	FacetParts      Facet = "partsKMSZ"
	FacetCategories Facet = "listCategories"
	FacetLevels     Facet = "levelsNPA"
	FacetSources    Facet = "fundingSources"
	FacetForms      Facet = "provisionForms"
	FacetRules      Facet = "rulesKMSZ"
)

// facets in the order of the schema, with their names, Russian, as reports of ЕГИССО give
// them. The rules, which have their own shape, follow them.
var facets = []struct {
	facet Facet
	title string
}{
	{FacetMSZ, "Реестр МСЗ"},
	{FacetParts, "Структура КМСЗ"},
	{FacetCategories, "Категории получателей"},
	{FacetLevels, "Уровни регулирования"},
	{FacetSources, "Уровень финансирования"},
	{FacetForms, "Форма предоставления"},
}

// Facets returns all facets in the order of the schema.
func Facets() []Facet {
	var out []Facet
	for _, f := range facets {
		out = append(out, f.facet)
	}
	return append(out, FacetRules)
}

// Title returns the facet's name as reports of ЕГИССО give it.
func (f Facet) Title() string {
	for _, s := range facets {
		if s.facet == f {
			return s.title
		}
	}
	if f == FacetRules {
		return "Правила КМСЗ"
	}
	return string(f)
}

// KMSZ is one version of the classifier of measures, whole (КМСЗ,
// tClsKMSZVersion).
type KMSZ struct {
	KMSZVersion
	Facets map[Facet][]Position `json:"facets"` // all but the rules
	Rules  []KMSZRule           `json:"rulesKMSZ"`
}

// Position is an item of a facet.
type Position struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Parent string `json:"codeParent,omitempty"`
}

// KMSZRule allows one combination of codes.
type KMSZRule struct {
	Part     string    `json:"codePart"`
	MSZ      string    `json:"codeMSZ"`
	Category string    `json:"codeCategory"`
	Level    string    `json:"codeNPA"`
	Source   string    `json:"codeFundingSource"`
	Form     string    `json:"codeForm"`
	Reasons  []RuleAct `json:"reasons"`
}

// RuleAct is a legal act a rule is based on.
type RuleAct struct {
	Number    string `json:"number"`
	Title     string `json:"title"`
	Date      Date   `json:"date"`
	Authority string `json:"authority"`
}

// ContentHash returns the hash of the version's content: its number, facets and
// rules, in whatever order. The header's status and dates take no part: a
// version that was published and became active is the same.
func (k *KMSZ) ContentHash() [32]byte {
	items := make([]string, 0, len(k.Rules))
	for facet, list := range k.Facets {
		for _, p := range list {
			items = append(items, joined(string(facet), p.Code, p.Name, p.Parent))
		}
	}
	for i := range k.Rules {
		r := &k.Rules[i]
		acts := make([]string, len(r.Reasons))
		for j, a := range r.Reasons {
			acts[j] = joined(a.Number, a.Title, a.Date.String(), a.Authority)
		}
		sort.Strings(acts)
		items = append(items, joined(string(FacetRules), r.Code(), joined(acts...)))
	}
	sort.Strings(items)
	h := sha256.New()
	io.WriteString(h, joined(strconv.Itoa(k.Number)))
	for _, item := range items {
		io.WriteString(h, joined(item))
	}
	return [32]byte(h.Sum(nil))
}

// joined puts texts together with their lengths, so that no two different lists
// give the same text.
func joined(parts ...string) string {
	var b []byte
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return string(b)
}

// Periodicity is an item of the dictionary 022.
type Periodicity struct {
	Code       string    `json:"code"`
	Title      string    `json:"title"`
	StartDate  time.Time `json:"start_date"`
	FinishDate time.Time `json:"finish_date,omitzero"`
}

// Unit is a unit of measure, an item of the dictionary 023.
type Unit struct {
	Code       string    `json:"code"`
	Title      string    `json:"title"`
	ShortTitle string    `json:"shortitle,omitempty"`
	OKEI       string    `json:"OKEICode,omitempty"`
	StartDate  time.Time `json:"start_date"`
	FinishDate time.Time `json:"finish_date,omitzero"`
}
