package assemble

import (
	"fmt"
	"io"
	"os"
	"strings"

	"egissogw/config"
)

// configuredLimit is the largest file a setting may name: all accredited authorities
// in PEM have less.
const configuredLimit = 4 << 20

// ReadConfigured reads a file named by a setting.
func ReadConfigured(path config.File) ([]byte, error) {
	file, err := os.Open(string(path))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, configuredLimit+1))
	if err == nil && len(text) > configuredLimit {
		err = fmt.Errorf("файл больше %d МиБ", configuredLimit>>20)
	}
	return text, err
}

// readSecretFile reads a file that holds key material.
func readSecretFile(variable string, path config.File) ([]byte, error) {
	text, err := ReadConfigured(path)
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", config.Prefix, variable, err)
	}
	if strings.TrimSpace(string(text)) == "" {
		return nil, fmt.Errorf("%s%s: the file is empty", config.Prefix, variable)
	}
	return text, nil
}
