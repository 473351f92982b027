package softkey

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // read only: old keys are encrypted with it
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // the default PRF of PBKDF2
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/scrypt"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/streebog"
)

var (
	// ErrPasswordNeeded means that the private key is encrypted and no password was given.
	ErrPasswordNeeded = errors.New("private key is encrypted and no password is given")
	// ErrWrongPassword means that the password does not open the private key.
	ErrWrongPassword = errors.New("password does not open the private key")
	// ErrUnsupportedCipher means an encryption that is not read here. Any key can be brought to
	// a supported one with `openssl pkcs8 -topk8 -v2 aes-256-cbc`.
	ErrUnsupportedCipher = errors.New("private key is encrypted in a way that is not supported, use PBES2 with AES")
)

// Limits on what an encrypted key may ask of this machine.
const (
	maxIterations   = 2_000_000
	maxScryptMemory = 32 << 20
	maxSalt         = 1 << 10
)

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidScrypt = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}
)

// prfs are the pseudo-random functions of PBKDF2: RFC 8018 appendix B.1.2, RFC 9337 for Streebog.
var prfs = []struct {
	id  asn1.ObjectIdentifier
	new func() hash.Hash
}{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}, sha1.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 8}, sha256.New224},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}, sha256.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 10}, sha512.New384},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}, sha512.New},
	{asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 4, 1}, streebog.New256},
	{asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 4, 2}, streebog.New512},
}

// ciphers are the encryption schemes, all in CBC mode.
var ciphers = []struct {
	id      asn1.ObjectIdentifier
	keySize int
	new     func([]byte) (cipher.Block, error)
}{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}, 16, aes.NewCipher},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}, 24, aes.NewCipher},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}, 32, aes.NewCipher},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}, 24, des.NewTripleDESCipher},
}

// looksEncrypted tells EncryptedPrivateKeyInfo from PrivateKeyInfo: the latter starts with its
// version.
func looksEncrypted(der []byte) bool {
	input := cryptobyte.String(der)
	var seq cryptobyte.String
	return input.ReadASN1(&seq, cbasn1.SEQUENCE) && seq.PeekASN1Tag(cbasn1.SEQUENCE)
}

// parseEncrypted reads EncryptedPrivateKeyInfo (RFC 5958 section 3) protected with PBES2 (RFC
// 8018 section 6.2).
func parseEncrypted(der, password []byte) (*gost3410.PrivateKey, error) {
	input := cryptobyte.String(der)
	var outer, algorithm, params, kdf, scheme, data cryptobyte.String
	var id asn1.ObjectIdentifier
	if !input.ReadASN1(&outer, cbasn1.SEQUENCE) || !input.Empty() ||
		!outer.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !cert.ReadOID(&algorithm, &id) ||
		!outer.ReadASN1(&data, cbasn1.OCTET_STRING) || !outer.Empty() {
		return nil, fmt.Errorf("%w: not an EncryptedPrivateKeyInfo", ErrMalformed)
	}
	if !id.Equal(oidPBES2) {
		return nil, fmt.Errorf("%w: scheme %v", ErrUnsupportedCipher, id)
	}
	if !algorithm.ReadASN1(&params, cbasn1.SEQUENCE) || !params.ReadASN1(&kdf, cbasn1.SEQUENCE) ||
		!params.ReadASN1(&scheme, cbasn1.SEQUENCE) || !params.Empty() {
		return nil, fmt.Errorf("%w: parameters of PBES2", ErrMalformed)
	}
	if len(password) == 0 {
		return nil, ErrPasswordNeeded
	}
	plain, err := decrypt(kdf, scheme, data, password)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	if !looksPlain(plain) {
		return nil, ErrWrongPassword
	}
	return ParsePKCS8(plain)
}

// looksPlain tells whether decryption gave a PrivateKeyInfo. Padding alone is a weak check: one
// wrong password in 256 passes it.
func looksPlain(der []byte) bool {
	input := cryptobyte.String(der)
	var seq cryptobyte.String
	var version int
	return input.ReadASN1(&seq, cbasn1.SEQUENCE) && input.Empty() &&
		seq.ReadASN1Integer(&version) && seq.PeekASN1Tag(cbasn1.SEQUENCE)
}

// decrypt undoes the encryption scheme of PBES2 and its padding.
func decrypt(kdf, scheme cryptobyte.String, data, password []byte) ([]byte, error) {
	var id asn1.ObjectIdentifier
	if !cert.ReadOID(&scheme, &id) {
		return nil, fmt.Errorf("%w: cipher of PBES2", ErrMalformed)
	}
	for _, c := range ciphers {
		if !c.id.Equal(id) {
			continue
		}
		var iv cryptobyte.String
		if !scheme.ReadASN1(&iv, cbasn1.OCTET_STRING) || !scheme.Empty() {
			return nil, fmt.Errorf("%w: initial vector of the cipher", ErrMalformed)
		}
		key, err := derive(kdf, password, c.keySize)
		if err != nil {
			return nil, err
		}
		defer clear(key)
		block, err := c.new(key)
		if err != nil {
			return nil, fmt.Errorf("set up cipher: %w", err)
		}
		size := block.BlockSize()
		if len(iv) != size || len(data) == 0 || len(data)%size != 0 {
			return nil, fmt.Errorf("%w: encrypted part of %d bytes", ErrMalformed, len(data))
		}
		plain := make([]byte, len(data))
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
		pad := int(plain[len(plain)-1])
		if pad == 0 || pad > size {
			return nil, ErrWrongPassword
		}
		for _, b := range plain[len(plain)-pad:] {
			if int(b) != pad {
				return nil, ErrWrongPassword
			}
		}
		return plain[:len(plain)-pad], nil
	}
	return nil, fmt.Errorf("%w: cipher %v", ErrUnsupportedCipher, id)
}

// derive makes the key of the cipher from the password: PBKDF2 (RFC 8018 section 5.2) or scrypt
// (RFC 7914 section 7).
func derive(kdf cryptobyte.String, password []byte, size int) ([]byte, error) {
	var id asn1.ObjectIdentifier
	var params, salt cryptobyte.String
	if !cert.ReadOID(&kdf, &id) || !kdf.ReadASN1(&params, cbasn1.SEQUENCE) || !kdf.Empty() {
		return nil, fmt.Errorf("%w: key derivation of PBES2", ErrMalformed)
	}
	if !id.Equal(oidPBKDF2) && !id.Equal(oidScrypt) {
		return nil, fmt.Errorf("%w: key derivation %v", ErrUnsupportedCipher, id)
	}
	if !params.ReadASN1(&salt, cbasn1.OCTET_STRING) || len(salt) > maxSalt {
		return nil, fmt.Errorf("%w: salt of the key derivation", ErrMalformed)
	}
	if id.Equal(oidScrypt) {
		var n, r, p int
		if !params.ReadASN1Integer(&n) || !params.ReadASN1Integer(&r) || !params.ReadASN1Integer(&p) {
			return nil, fmt.Errorf("%w: parameters of scrypt", ErrMalformed)
		}
		if n < 2 || r < 1 || p < 1 || n > maxScryptMemory || r > 64 || p > 16 || 128*n*r > maxScryptMemory {
			return nil, fmt.Errorf("%w: parameters of scrypt out of bounds", ErrUnsupportedCipher)
		}
		key, err := scrypt.Key(password, salt, n, r, p, size)
		if err != nil {
			return nil, fmt.Errorf("%w: scrypt: %w", ErrMalformed, err)
		}
		return key, nil
	}
	var iterations, length int
	if !params.ReadASN1Integer(&iterations) || iterations < 1 ||
		params.PeekASN1Tag(cbasn1.INTEGER) && !params.ReadASN1Integer(&length) {
		return nil, fmt.Errorf("%w: parameters of PBKDF2", ErrMalformed)
	}
	if iterations > maxIterations {
		return nil, fmt.Errorf("%w: PBKDF2 with %d iterations", ErrUnsupportedCipher, iterations)
	}
	if length != 0 && length != size {
		return nil, fmt.Errorf("%w: PBKDF2 makes a key of %d bytes, the cipher needs %d", ErrMalformed, length, size)
	}
	newHash := sha1.New
	if !params.Empty() {
		var prf cryptobyte.String
		if !params.ReadASN1(&prf, cbasn1.SEQUENCE) || !cert.ReadOID(&prf, &id) || !params.Empty() {
			return nil, fmt.Errorf("%w: hash of PBKDF2", ErrMalformed)
		}
		newHash = nil
		for _, f := range prfs {
			if f.id.Equal(id) {
				newHash = f.new
			}
		}
		if newHash == nil {
			return nil, fmt.Errorf("%w: PBKDF2 with %v", ErrUnsupportedCipher, id)
		}
	}
	key, err := pbkdf2.Key(newHash, string(password), salt, iterations, size)
	if err != nil {
		return nil, fmt.Errorf("derive key from the password: %w", err)
	}
	return key, nil
}
