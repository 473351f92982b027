package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"egissogw/config"
)

// noSettings as --config leaves the environment alone to say everything.
const noSettings = "none"

// usualSettings is the file of settings read unless --config names another: none for a process
// that systemd started as a unit, which has been given all of it.
func usualSettings() string {
	started := os.Getenv("SYSTEMD_EXEC_PID") == strconv.Itoa(os.Getpid())
	if started || os.Getenv("CREDENTIALS_DIRECTORY") != "" || os.Getenv("NOTIFY_SOCKET") != "" {
		return ""
	}
	return config.EnvironmentFile
}

// readConfig reads the whole configuration: the environment over the file of settings. The error
// is a [*config.Problems] as that of config.Load, unless the file cannot be read at all.
func (a *app) readConfig(ctx context.Context) (config.Config, error) {
	wrong, err := a.openSettings()
	if err != nil {
		return config.Config{}, err
	}
	c, err := config.Load(ctx, a.lookuper)
	if zone := c.Job.TimeZone.Location; zone != nil && a.inZone != nil {
		a.inZone(zone)
	}
	return c, config.Together(wrong, err)
}

// orNoFile adds to what is wrong with the configuration that the usual file is not there.
func (a *app) orNoFile(err error) error {
	if err == nil || a.absent == "" || !strings.Contains(err.Error(), ": не задана") {
		return err
	}
	return config.Together(err, &config.Problems{List: []config.Problem{{Variable: a.absent, Text: "файла нет, читались только переменные окружения; его создаёт egissogw setup, другой называет --config"}}})
}

// openSettings puts the file of settings under the environment, once. What is wrong with its
// lines comes first, then why it cannot be read.
func (a *app) openSettings() (wrong, err error) {
	path, named := a.settings, true
	if path == "" {
		path, named = a.usual, false
	}
	if path == "" || path == noSettings || a.overlay != nil {
		return a.spoilt, nil
	}
	o, err := config.Over(a.lookuper, path)
	if o == nil {
		if errors.Is(err, fs.ErrNotExist) && !named {
			a.absent = path
			return nil, nil
		}
		return nil, settingsFault(path, err)
	}
	environment := a.lookuper
	a.overlay, a.lookuper, a.spoilt = o, o, err
	for _, entry := range o.Entries() {
		name, value, _ := strings.Cut(entry, "=")
		if _, hidden := environment.Lookup(name); hidden {
			continue
		}
		a.environ = append(a.environ, entry)
		// Libraries ask for theirs by themselves, such as HTTPS_PROXY.
		if !strings.HasPrefix(name, config.Prefix) && a.setenv != nil {
			if err := a.setenv(name, value); err != nil {
				return nil, err
			}
		}
	}
	return a.spoilt, nil
}

func settingsFault(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("нет прав на чтение настроек %s: выполните команду от root (sudo egissogw …) или задайте всё нужное в своём окружении и добавьте --config %s", path, noSettings)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("файл настроек %s не найден", path)
	}
	return fmt.Errorf("файл настроек %s не читается: %w", path, err)
}

// takeConfigFlag takes --config before the name of the command.
func (a *app) takeConfigFlag(args []string) ([]string, error) {
	for len(args) > 0 {
		name, value, given := strings.Cut(args[0], "=")
		if name != "--config" && name != "-config" {
			break
		}
		args = args[1:]
		if !given {
			if len(args) == 0 {
				return nil, usageError{"--config: укажите файл настроек или " + noSettings}
			}
			value, args = args[0], args[1:]
		}
		a.settings = value
	}
	return args, nil
}
