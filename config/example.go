package config

import _ "embed"

// Example is the file of settings that packages install: every line that matters to a site, with
// remarks, and nothing of any site.
//
//go:embed dist/egissogw.env
var Example string
