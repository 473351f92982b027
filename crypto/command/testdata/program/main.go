// Program is a signing program of the tests, of the kind named by SIGNING_PROGRAM.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	_ "egissogw/crypto/command" // under the supervisor's name it is the supervisor
	"egissogw/crypto/softkey"
)

func main() {
	if err := signingProgram(os.Getenv("SIGNING_PROGRAM"), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

// signingProgram signs the digest on its standard input with the key in the file named by its
// first argument, and misbehaves as asked.
func signingProgram(kind string, args []string) error {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if len(args) > 2 && args[1] == "-in" {
		if input, err = os.ReadFile(args[2]); err != nil {
			return err
		}
	}
	keyPEM, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	key, err := softkey.ParsePrivateKey(keyPEM, nil)
	if err != nil {
		return err
	}
	if kind == "digest backwards" {
		slices.Reverse(input)
	}
	signature, err := key.Sign(rand.Reader, input)
	if err != nil {
		return err
	}
	half := len(signature) / 2
	out := io.Writer(os.Stdout)
	if len(args) > 4 && args[3] == "-out" {
		file, err := os.Create(args[4])
		if err != nil {
			return err
		}
		defer file.Close()
		out = file
	}
	switch kind {
	case "rs":
		signature = slices.Concat(signature[half:], signature[:half])
	case "reversed":
		slices.Reverse(signature)
	case "sr-le":
		slices.Reverse(signature[:half])
		slices.Reverse(signature[half:])
	case "hexadecimal":
		signature = []byte(strings.ToUpper(hex.EncodeToString(signature)) + "\r\n")
	case "base64":
		text := base64.StdEncoding.EncodeToString(signature)
		signature = []byte(text[:40] + "\n" + text[40:] + "\n")
	case "silent":
		return nil
	case "short":
		signature = signature[1:]
	case "chatty":
		signature = []byte("Подпись создана успешно")
	case "endless":
		for {
			if _, err := out.Write(make([]byte, 1<<16)); err != nil {
				return err
			}
		}
	case "failing":
		return fmt.Errorf("контейнер не найден\nwrong PIN %s\x07", args[len(args)-1])
	case "environment":
		return errors.New(strings.Join(os.Environ(), " "))
	}
	_, err = out.Write(signature)
	return err
}
