package main

import (
	"context"
	"io"
	"strings"

	"egissogw/cmd/egissogw/internal/screen"
)

// completion prints what makes a shell complete commands, flags and words.
func completion(_ context.Context, a *app, args []string) error {
	positional, err := parse(a.flags("completion"), args)
	if err != nil {
		return err
	}
	shells := map[string]func(io.Writer){"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
	if len(positional) != 1 || shells[positional[0]] == nil {
		return usageError{"нужно одно из: bash, zsh, fish"}
	}
	shells[positional[0]](a.stdout)
	return nil
}

func commandNames() string {
	names := []string{"help"}
	for _, c := range commands {
		names = append(names, c.name)
	}
	return strings.Join(names, " ")
}

// choices are the words a flag's value is one of, if it is.
func (p parameter) choices() string {
	if strings.Contains(p.value, "|") {
		return strings.ReplaceAll(p.value, "|", " ")
	}
	return ""
}

// isPath tells whether a flag's value is a file or folder.
func (p parameter) isPath() bool { return p.value == "ФАЙЛ" || p.value == "КАТАЛОГ" }

func bashCompletion(w io.Writer) {
	screen.Fprintf(w, `# egissogw: egissogw completion bash
_egissogw() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} flags= words= files=
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		COMPREPLY=($(compgen -W '%s' -- "$cur"))
		return
	fi
	case "$command $prev" in
`, commandNames())
	for _, c := range commands {
		for _, p := range c.parameters(flagsOf(c)) {
			switch {
			case p.choices() != "":
				screen.Fprintf(w, "\t'%s --%s') COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", c.name, p.name, p.choices())
			case p.name == "config":
			case p.isPath():
				screen.Fprintf(w, "\t'%s --%s') COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", c.name, p.name)
			case p.value != "":
				screen.Fprintf(w, "\t'%s --%s') return ;;\n", c.name, p.name)
			}
		}
	}
	screen.Fprintf(w, "\t*' --config') COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n\tesac\n\tcase $command in\n\thelp) words='%s' ;;\n", commandNames())
	for _, c := range commands {
		var flags []string
		for _, p := range c.parameters(flagsOf(c)) {
			flags = append(flags, "--"+p.name)
		}
		files := ""
		if c.takesFiles() {
			files = " files=-f"
		}
		screen.Fprintf(w, "\t%s) flags='%s' words='%s'%s ;;\n", c.name, strings.Join(flags, " "), strings.Join(c.words(), " "), files)
	}
	screen.Fprintf(w, `	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
	*) COMPREPLY=($(compgen $files -W "$words" -- "$cur")) ;;
	esac
}
complete -o filenames -F _egissogw egissogw
`)
}

// zshText is a description inside '…' and […] of zsh.
func zshText(text string) string {
	return strings.NewReplacer("'", "’", "[", "(", "]", ")", ":", "\\:", "\\", "").Replace(text)
}

func zshCompletion(w io.Writer) {
	screen.Fprintf(w, "#compdef egissogw\n# egissogw completion zsh\n_egissogw() {\n\tif (( CURRENT == 2 )); then\n\t\tlocal -a names=(\n\t\t\t'help:помощь'\n")
	for _, c := range commands {
		screen.Fprintf(w, "\t\t\t'%s:%s'\n", c.name, zshText(c.summary))
	}
	screen.Fprintf(w, "\t\t)\n\t\t_describe 'команда' names\n\t\treturn\n\tfi\n\tlocal name=$words[2]\n\tshift words; (( CURRENT-- ))\n\tcase $name in\n\thelp) _arguments '*:команда:(%s)' ;;\n", commandNames())
	for _, c := range commands {
		screen.Fprintf(w, "\t%s) _arguments", c.name)
		for _, p := range c.parameters(flagsOf(c)) {
			value := ""
			switch {
			case p.choices() != "":
				value = ":значение:(" + p.choices() + ")"
			case p.isPath():
				value = ":" + p.value + ":_files"
			case p.value != "":
				value = ":" + p.value + ":"
			}
			screen.Fprintf(w, " '--%s[%s]%s'", p.name, zshText(p.text), value)
		}
		switch {
		case c.takesFiles() && len(c.words()) > 0:
			screen.Fprintf(w, " '*: :{ _files; compadd %s }'", strings.Join(c.words(), " "))
		case c.takesFiles():
			screen.Fprintf(w, " '*:файл:_files'")
		case len(c.words()) > 0:
			screen.Fprintf(w, " '*:слово:(%s)'", strings.Join(c.words(), " "))
		}
		screen.Fprintf(w, " ;;\n")
	}
	screen.Fprintf(w, "\tesac\n}\n_egissogw \"$@\"\n")
}

func fishCompletion(w io.Writer) {
	text := func(t string) string { return strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(t) }
	screen.Fprintf(w, "# egissogw completion fish\ncomplete -c egissogw -f\ncomplete -c egissogw -n __fish_use_subcommand -a help -d 'помощь'\n")
	screen.Fprintf(w, "complete -c egissogw -n '__fish_seen_subcommand_from help' -a '%s'\n", commandNames())
	for _, c := range commands {
		screen.Fprintf(w, "complete -c egissogw -n __fish_use_subcommand -a %s -d '%s'\n", c.name, text(c.summary))
		on := "complete -c egissogw -n '__fish_seen_subcommand_from " + c.name + "'"
		for _, p := range c.parameters(flagsOf(c)) {
			value := ""
			switch {
			case p.choices() != "":
				value = " -x -a '" + p.choices() + "'"
			case p.isPath():
				value = " -r -F"
			case p.value != "":
				value = " -x"
			}
			screen.Fprintf(w, "%s -l %s%s -d '%s'\n", on, p.name, value, text(p.text))
		}
		if words := c.words(); len(words) > 0 {
			screen.Fprintf(w, "%s -a '%s'\n", on, strings.Join(words, " "))
		}
		if c.takesFiles() {
			screen.Fprintf(w, "%s -F\n", on)
		}
	}
}
