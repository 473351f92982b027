package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
)

// Sent returns the settings that decide what is sent: the name of each and a hash of its
// value. No secret, path or host is among them. Two gateways on one database need equal ones.
func Sent(c Config) map[string]string {
	settings := map[string]string{}
	for f := range fields(reflect.ValueOf(&c).Elem()) {
		if f.sent {
			settings[f.variable()] = ValueHash(fmt.Sprint(f.value.Interface()))
		}
	}
	return settings
}

// ValueHash is the hash of one value in [Sent], hexadecimal.
func ValueHash(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:8])
}
