package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/cert"
	"egissogw/crypto/softkey"
)

// load reads the files the command line names.
func (s *settings) load() error {
	if s.keys != "" {
		if err := s.loadMadeKeys(); err != nil {
			return err
		}
	}
	if s.key != "" {
		signer, err := loadSigner(s.key, s.cert)
		if err != nil {
			return fmt.Errorf("key of the bus: %w", err)
		}
		s.options.Signer = signer
	}
	if s.impostorKey != "" {
		signer, err := loadSigner(s.impostorKey, s.impostorCert)
		if err != nil {
			return fmt.Errorf("key of the impostor: %w", err)
		}
		s.options.Impostor = signer
	}
	for _, c := range s.clients {
		mnemonic, file, _ := strings.Cut(c, "=")
		if err := s.addSender(mnemonic, file); err != nil {
			return err
		}
	}
	if err := s.loadTroubles(); err != nil {
		return err
	}
	return s.loadClassifier()
}

// loadTroubles reads what goes wrong, and how far the simulator's clock is ahead.
func (s *settings) loadTroubles() error {
	if s.script != "" {
		script, err := smevtest.ReadScript(s.script)
		if err != nil {
			return err
		}
		s.options.Script = script
	}
	if s.chaos > 0 {
		if s.options.Script == nil {
			s.options.Script = &smevtest.Script{}
		}
		if err := s.options.Script.SetChaos(smevtest.Chaos{Seed: s.seed, Share: s.chaos}); err != nil {
			return err
		}
	}
	if s.ahead != 0 {
		clock := smevtest.RunningClock()
		clock.Advance(s.ahead)
		s.options.Now = clock.Now
	}
	return nil
}

// loadClassifier reads КМСЗ and the dictionaries the simulator begins with.
func (s *settings) loadClassifier() error {
	var documents [][]byte
	for _, file := range s.kmsz {
		b, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read classifier: %w", err)
		}
		documents = append(documents, b)
	}
	if documents != nil {
		classifier, err := receiver.ReadClassifier(documents...)
		if err != nil {
			return err
		}
		s.options.Receiver.Classifier = classifier
	}
	return nil
}

// addSender registers the certificates of a file as one participant's.
func (s *settings) addSender(mnemonic, file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("certificate of %s: %w", mnemonic, err)
	}
	certs, err := cert.ParsePEM(b)
	if err != nil {
		return fmt.Errorf("certificate of %s: %w", mnemonic, err)
	}
	for _, c := range certs {
		s.options.Senders = append(s.options.Senders, smevtest.Sender{
			Mnemonic: mnemonic, Name: c.Subject.String(), Certificate: c,
		})
	}
	return nil
}

// Names of made keys and the mnemonic of the made client.
const (
	rootKeys       = "root"
	busKeys        = "bus"
	impostorKeys   = "impostor"
	receiverKeys   = "egisso"
	clientKeys     = "client"
	clientMnemonic = "MIS01"
)

// makeAllKeys makes what is missing in the folder.
func makeAllKeys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	if err := makeBusKeys(dir); err != nil {
		return err
	}
	for name, organization := range map[string]string{
		receiverKeys: "Тестовая ЕГИССО", clientKeys: "Тестовый поставщик информации",
	} {
		if err := makeKeys(dir, name, organization); err != nil {
			return err
		}
	}
	return nil
}

// loadMadeKeys works with the keys of the folder.
func (s *settings) loadMadeKeys() error {
	if err := makeAllKeys(s.keys); err != nil {
		return err
	}
	for name, place := range map[string]*smevtest.Signer{
		busKeys: &s.options.Signer, receiverKeys: &s.options.ReceiverSigner, impostorKeys: &s.options.Impostor,
	} {
		keyFile, certFile := keyFiles(s.keys, name)
		if name == impostorKeys && !fileThere(certFile) {
			continue // a folder from before it was made
		}
		signer, err := loadSigner(keyFile, certFile)
		if err != nil {
			return fmt.Errorf("made key %s: %w", name, err)
		}
		*place = signer
	}
	_, certFile := keyFiles(s.keys, clientKeys)
	return s.addSender(clientMnemonic, certFile)
}

func keyFiles(dir, name string) (key, certificate string) {
	return filepath.Join(dir, name+".key.pem"), filepath.Join(dir, name+".cert.pem")
}

// makeKeys writes a key and its certificate unless they are there. The
// certificate is written last: with it the pair is complete.
func makeKeys(dir, name, organization string) error {
	if _, certFile := keyFiles(dir, name); fileThere(certFile) {
		return nil
	}
	id, err := smevtest.NewIdentity(organization, time.Now())
	if err != nil {
		return err
	}
	return writeKeys(dir, name, id)
}

// makeBusKeys makes a root and, under it, the bus and somebody who is not the bus,
// unless the bus has its keys. The root's key is forgotten.
func makeBusKeys(dir string) error {
	if _, certFile := keyFiles(dir, busKeys); fileThere(certFile) {
		return nil
	}
	now := time.Now()
	root, err := smevtest.NewAuthority("Тестовый корневой УЦ", now)
	if err != nil {
		return err
	}
	_, rootFile := keyFiles(dir, rootKeys)
	if err := os.WriteFile(rootFile, root.CertPEM, 0o644); err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	for _, of := range []struct{ name, organization, ogrn string }{
		{impostorKeys, "Тестовая чужая система", "1020000000002"}, {busKeys, "Тестовая СМЭВ", "1027700000000"},
	} {
		id, err := root.Issue(of.organization, of.ogrn, now)
		if err != nil {
			return err
		}
		if err := writeKeys(dir, of.name, id); err != nil {
			return err
		}
	}
	return nil
}

func fileThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func writeKeys(dir, name string, id *smevtest.Identity) error {
	keyFile, certFile := keyFiles(dir, name)
	for _, f := range []struct {
		path string
		data []byte
		mode os.FileMode
	}{{keyFile, id.KeyPEM, 0o600}, {certFile, id.CertPEM, 0o644}} {
		if err := os.WriteFile(f.path, f.data, f.mode); err != nil {
			return fmt.Errorf("make keys: %w", err)
		}
	}
	return nil
}

func loadSigner(keyFile, certFile string) (*softkey.Signer, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	certificate, err := os.ReadFile(certFile)
	if err != nil {
		return nil, err
	}
	return softkey.Load(key, certificate, nil)
}
