//go:build pkcs11 && cgo

package pkcs11

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	p11 "github.com/miekg/pkcs11"

	"egissogw/crypto/cert"
)

// connection is one login to one token. It is thrown away as a whole when the token goes away.
type connection struct {
	slot      uint
	key       p11.ObjectHandle
	mechanism []*p11.Mechanism
	idle      chan p11.SessionHandle // sessions that nobody uses
	// backwards and order are how the module reads digests and writes signatures.
	backwards bool
	order     cert.Order
}

// connect finds the token, logs in, finds key and certificate and makes a trial signature.
func (s *Signer) connect() (*connection, error) {
	if err := initialize(s.module); err != nil {
		return nil, err
	}
	slot, info, err := s.findToken()
	if err != nil {
		return nil, err
	}
	session, err := s.module.OpenSession(slot, p11.CKF_SERIAL_SESSION)
	if err != nil {
		return nil, fmt.Errorf("open session: %w", translate(err))
	}
	c := &connection{slot: slot, idle: make(chan p11.SessionHandle, s.options.Sessions)}
	if err := s.prepare(c, session, info); err != nil {
		_ = s.module.CloseSession(session)
		return nil, err
	}
	c.idle <- session
	return c, nil
}

// prepare does with a fresh session what a connection needs once.
func (s *Signer) prepare(c *connection, session p11.SessionHandle, info p11.TokenInfo) error {
	if err := s.login(session, info); err != nil {
		return err
	}
	key, id, keyType, err := s.findKey(session)
	if err != nil {
		return err
	}
	c.key = key
	size := 32
	c.mechanism = []*p11.Mechanism{p11.NewMechanism(mechanism256, nil)}
	if keyType == keyGOST512 {
		size = 64
		c.mechanism = []*p11.Mechanism{p11.NewMechanism(mechanism512, nil)}
	}
	candidates, err := s.certificates(session, id)
	if err != nil {
		return err
	}
	return s.try(c, session, size, candidates)
}

// findToken gives the slot of the configured token.
func (s *Signer) findToken() (uint, p11.TokenInfo, error) {
	slots, err := s.module.GetSlotList(true)
	if err != nil {
		return 0, p11.TokenInfo{}, fmt.Errorf("list slots: %w", translate(err))
	}
	var found []uint
	var infos []p11.TokenInfo
	var present []string
	for _, slot := range slots {
		info, err := s.module.GetTokenInfo(slot)
		if err != nil || info.Flags&p11.CKF_TOKEN_INITIALIZED == 0 {
			continue // pulled this very moment, or empty
		}
		present = append(present, fmt.Sprintf("%q", trim(info.Label)))
		if s.options.TokenLabel != "" && trim(info.Label) != s.options.TokenLabel ||
			s.options.TokenSerial != "" && trim(info.SerialNumber) != s.options.TokenSerial {
			continue
		}
		found, infos = append(found, slot), append(infos, info)
	}
	switch len(found) {
	case 0:
		return 0, p11.TokenInfo{}, fmt.Errorf("%w: label %q, serial number %q; labels of those present: %s",
			ErrNoToken, s.options.TokenLabel, s.options.TokenSerial, cmp.Or(strings.Join(present, ", "), "none"))
	case 1:
		return found[0], infos[0], nil
	}
	names := make([]string, 0, len(infos))
	for _, info := range infos {
		names = append(names, fmt.Sprintf("%q (serial number %s)", trim(info.Label), trim(info.SerialNumber)))
	}
	return 0, p11.TokenInfo{}, fmt.Errorf("%w: tokens %s", ErrAmbiguous, strings.Join(names, ", "))
}

// trim drops the filling of the fixed-length fields of PKCS#11.
func trim(s string) string { return strings.TrimRight(s, " \x00") }

// login presents the PIN, unless that could do harm.
func (s *Signer) login(session p11.SessionHandle, info p11.TokenInfo) error {
	if s.options.PIN == nil {
		if info.Flags&p11.CKF_LOGIN_REQUIRED != 0 {
			return ErrPINNeeded
		}
		return nil
	}
	switch {
	case info.Flags&p11.CKF_USER_PIN_LOCKED != 0:
		return ErrPINLocked
	case info.Flags&p11.CKF_USER_PIN_TO_BE_CHANGED != 0:
		return ErrPINExpired
	case info.Flags&p11.CKF_USER_PIN_FINAL_TRY != 0:
		return ErrPINFinalTry
	}
	pin, err := s.options.PIN()
	if err != nil {
		return err
	}
	defer clear(pin)
	fingerprint := sha256.Sum256(append([]byte(trim(info.SerialNumber)+"\x00"), pin...))
	if s.refusedPIN == fingerprint {
		return ErrPINIncorrect
	}
	err = s.module.Login(session, p11.CKU_USER, string(pin))
	switch {
	case err == nil, errors.Is(err, p11.Error(p11.CKR_USER_ALREADY_LOGGED_IN)):
		return nil
	case errors.Is(err, p11.Error(p11.CKR_PIN_INCORRECT)), errors.Is(err, p11.Error(p11.CKR_PIN_INVALID)),
		errors.Is(err, p11.Error(p11.CKR_PIN_LEN_RANGE)):
		s.refusedPIN = fingerprint
		return ErrPINIncorrect
	}
	return fmt.Errorf("log in: %w", translate(err))
}

// findKey finds the one private key that fits the configuration.
func (s *Signer) findKey(session p11.SessionHandle) (key p11.ObjectHandle, id []byte, keyType uint, err error) {
	template := []*p11.Attribute{p11.NewAttribute(p11.CKA_CLASS, p11.CKO_PRIVATE_KEY)}
	if s.options.KeyLabel != "" {
		template = append(template, p11.NewAttribute(p11.CKA_LABEL, s.options.KeyLabel))
	}
	if len(s.options.KeyID) > 0 {
		template = append(template, p11.NewAttribute(p11.CKA_ID, s.options.KeyID))
	}
	objects, err := s.find(session, template)
	if err != nil {
		return 0, nil, 0, fmt.Errorf("look for the private key: %w", err)
	}
	var names []string
	foreign := 0
	for _, o := range objects {
		values, err := s.module.GetAttributeValue(session, o, []*p11.Attribute{
			p11.NewAttribute(p11.CKA_KEY_TYPE, nil), p11.NewAttribute(p11.CKA_ID, nil), p11.NewAttribute(p11.CKA_LABEL, nil),
		})
		if err != nil {
			return 0, nil, 0, fmt.Errorf("read attributes of a private key: %w", translate(err))
		}
		t := number(values[0].Value)
		if t != keyGOST256 && t != keyGOST512 {
			foreign++
			continue
		}
		key, id, keyType = o, values[1].Value, t
		names = append(names, fmt.Sprintf("%q (id %s)", values[2].Value, hex.EncodeToString(values[1].Value)))
	}
	switch len(names) {
	case 0:
		return 0, nil, 0, fmt.Errorf("%w: label %q, id %x; %d keys of other algorithms fit", ErrNoKey, s.options.KeyLabel, s.options.KeyID, foreign)
	case 1:
		return key, id, keyType, nil
	}
	return 0, nil, 0, fmt.Errorf("%w: private keys %s", ErrAmbiguous, strings.Join(names, ", "))
}

// number reads a CK_ULONG, which has the machine's own byte order and size.
func number(b []byte) uint {
	for _, known := range []uint{keyGOST256, keyGOST512} {
		if bytes.Equal(p11.NewAttribute(p11.CKA_KEY_TYPE, known).Value, b) {
			return known
		}
	}
	return 0
}

// certificates gives the certificates that may belong to the key: the configured one, or those on
// the token, the ones with the key's id first.
func (s *Signer) certificates(session p11.SessionHandle, id []byte) ([]*cert.Certificate, error) {
	if s.certificate != nil {
		return []*cert.Certificate{s.certificate}, nil
	}
	objects, err := s.find(session, []*p11.Attribute{
		p11.NewAttribute(p11.CKA_CLASS, p11.CKO_CERTIFICATE), p11.NewAttribute(p11.CKA_CERTIFICATE_TYPE, p11.CKC_X_509),
	})
	if err != nil {
		return nil, fmt.Errorf("look for the certificate: %w", err)
	}
	var same, others []*cert.Certificate
	var unread error
	for _, o := range objects {
		values, err := s.module.GetAttributeValue(session, o, []*p11.Attribute{p11.NewAttribute(p11.CKA_VALUE, nil), p11.NewAttribute(p11.CKA_ID, nil)})
		if err != nil {
			return nil, fmt.Errorf("read a certificate: %w", translate(err))
		}
		c, err := cert.Parse(values[0].Value)
		switch {
		case err != nil:
			unread = err
		case len(id) > 0 && bytes.Equal(values[1].Value, id):
			same = append(same, c)
		default:
			others = append(others, c)
		}
	}
	all := slices.Concat(same, others)
	if len(all) == 0 {
		if unread != nil {
			return nil, fmt.Errorf("%w: the one that is cannot be read: %w", ErrNoCertificate, unread)
		}
		return nil, ErrNoCertificate
	}
	return all, nil
}

// try makes a trial signature: it tells which certificate belongs to the key and how the module
// orders bytes. Of several certificates of one key the one whose term ends last is taken.
func (s *Signer) try(c *connection, session p11.SessionHandle, size int, candidates []*cert.Certificate) error {
	digest := make([]byte, size)
	if _, err := rand.Read(digest); err != nil {
		return fmt.Errorf("make a trial signature: %w", err)
	}
	raw, err := s.rawSign(c, session, digest)
	if err != nil {
		return fmt.Errorf("make a trial signature: %w", err)
	}
	backwards := slices.Clone(digest)
	slices.Reverse(backwards)
	var best *cert.Certificate
	for _, candidate := range candidates {
		if candidate.DigestSize() != size {
			continue
		}
		for _, d := range [][]byte{digest, backwards} {
			_, order, err := candidate.Arrange(d, raw, cert.OrderAuto)
			if err == nil && (best == nil || candidate.NotAfter.After(best.NotAfter)) {
				best, c.order, c.backwards = candidate, order, !bytes.Equal(d, digest)
			}
		}
	}
	if best == nil {
		return fmt.Errorf("%w: looked at %d, the first is %s", ErrMismatch, len(candidates), candidates[0])
	}
	if s.certificate == nil {
		s.certificate = best
	}
	return nil
}

// find gives all objects that fit the template.
func (s *Signer) find(session p11.SessionHandle, template []*p11.Attribute) ([]p11.ObjectHandle, error) {
	if err := s.module.FindObjectsInit(session, template); err != nil {
		return nil, translate(err)
	}
	objects, _, err := s.module.FindObjects(session, maxCandidates)
	if final := s.module.FindObjectsFinal(session); err == nil {
		err = final
	}
	if err != nil {
		return nil, translate(err)
	}
	return objects, nil
}

// rawSign is C_Sign of a digest; the result is in the module's own order.
func (s *Signer) rawSign(c *connection, session p11.SessionHandle, digest []byte) ([]byte, error) {
	if err := s.module.SignInit(session, c.mechanism, c.key); err != nil {
		return nil, translate(err)
	}
	raw, err := s.module.Sign(session, digest)
	if err != nil {
		return nil, translate(err)
	}
	return raw, nil
}
