package lifecycle_test

import (
	"testing"

	"egissogw/crypto/signertest"
)

func TestMain(m *testing.M) { signertest.Main(m) }
