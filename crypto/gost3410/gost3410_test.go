package gost3410

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
)

// The curves of the examples, RFC 7091, section 7. They are for tests only.
var (
	exampleCurve256 = &Curve{name: "RFC 7091, example 1", group: &group{size: 32, params: params{
		p:        "8000000000000000000000000000000000000000000000000000000000000431",
		a:        "7",
		b:        "5fbff498aa938ce739b8e022fbafef40563f6e6a3472fc2a514c0ce9dae23b7e",
		q:        "8000000000000000000000000000000150fe8a1892976154c59cfc193accf5b3",
		x:        "2",
		y:        "8e2a8a0e65147d4bd6316030e16d19c85c97f0a9ca267122b96abbcea7e8fc8",
		cofactor: 1,
	}}}
	exampleCurve512 = &Curve{name: "RFC 7091, example 2", group: &group{size: 64, params: params{
		p: "4531acd1fe0023c7550d267b6b2fee80922b14b2ffb90f04d4eb7c09b5d2d15d" +
			"f1d852741af4704a0458047e80e4546d35b8336fac224dd81664bbf528be6373",
		a: "7",
		b: "1cff0806a31116da29d8cfa54e57eb748bc5f377e49400fdd788b649eca1ac43" +
			"61834013b2ad7322480a89ca58e0cf74bc9e540c2add6897fad0a3084f302adc",
		q: "4531acd1fe0023c7550d267b6b2fee80922b14b2ffb90f04d4eb7c09b5d2d15d" +
			"a82f2d7ecb1dbac719905c5eecc423f1d86e25edbe23c595d644aaf187e6e6df",
		x: "24d19cc64572ee30f396bf6ebbfd7a6c5213b3b3d7057cc825f91093a68cd762" +
			"fd60611262cd838dc6b60aa7eee804e28bc849977fac33b4b530f1b120248a9a",
		y: "2bb312a43bd2ce6e0d020613c857acddcfbf061e91e5f2c3f32447c259f39b2c" +
			"83ab156d77f1496bf7eb3351e1ee4e43dc1a18b91b24640b6dbb92cb1add371e",
		cofactor: 1,
	}}}
)

// The numbers of RFC 7091, sections 7.1 and 7.2, as printed there: big-endian.
var examples = []struct {
	name          string
	curve         *Curve
	d, e, k, r, s string
}{
	{
		"256 bits", exampleCurve256,
		"7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28",
		"2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5",
		"77105C9B20BCD3122823C8CF6FCC7B956DE33814E95B7FE64FED924594DCEAB3",
		"41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493",
		"01456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40",
	},
	{
		"512 bits", exampleCurve512,
		"0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B1020" +
			"72E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4",
		"3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C591" +
			"7184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C",
		"0359E7F4B1410FEACC570456C6801496946312120B39D019D455986E364F3658" +
			"86748ED7A44B3E794434006011842286212273A6D14CF70EA3AF71BB1AE679F1",
		"2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD3" +
			"5492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36",
		"1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5" +
			"823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A",
	},
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func reversed(b []byte) []byte {
	c := bytes.Clone(b)
	slices.Reverse(c)
	return c
}

func TestExamplesOfRFC7091(t *testing.T) {
	for _, c := range examples {
		t.Run(c.name, func(t *testing.T) {
			key, err := ParsePrivateKey(c.curve, reversed(unhex(c.d)))
			if err != nil {
				t.Fatal(err)
			}
			digest := reversed(unhex(c.e))
			want := append(unhex(c.s), unhex(c.r)...)
			var nonce element
			c.curve.group.q.setBytes(&nonce, reversed(unhex(c.k)))
			if got := key.signWith(&nonce, digest); !bytes.Equal(got, want) {
				t.Errorf("got  %x\nwant %x", got, want)
			}
			if err := key.Public().Verify(digest, want); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSignaturesOfEveryCurveHold(t *testing.T) {
	for _, c := range Curves() {
		t.Run(c.Name(), func(t *testing.T) {
			key, err := GenerateKey(c, nil)
			if err != nil {
				t.Fatal(err)
			}
			digest := bytes.Repeat([]byte{7}, c.Size())
			signature, err := key.Sign(nil, digest)
			if err != nil {
				t.Fatal(err)
			}
			public, err := ParsePublicKey(c, key.Public().Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if err := public.Verify(digest, signature); err != nil {
				t.Error(err)
			}
			digest[0]++
			if err := public.Verify(digest, signature); err == nil {
				t.Error("a signature of another digest holds")
			}
		})
	}
}
