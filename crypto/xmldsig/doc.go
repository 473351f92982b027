// Package xmldsig makes and checks the XML signatures of the inter-agency bus
// (СМЭВ 3): detached signatures by Id over exclusive canonical XML followed by
// the bus's own transform, with GOST R 34.10-2012 keys.
//
// There are two ways from XML to the octets that are hashed. Canonicalize and
// TransformElement work on any tree of package xmlsafe: that is how foreign
// signatures are verified. Writer is for our own messages: it emits the signed
// element once, compactly, and at the same time feeds the digest with exactly
// what the first way would have made of it, without a tree and without a
// second pass. The tests hold the two against each other.
//
// Verify returns the verified element re-read from the very octets that were
// canonicalised; callers must use that element and nothing else of the
// document.
//
// Sources: Exclusive XML Canonicalization 1.0 (W3C, 2002), XML Signature
// Syntax and Processing (W3C), the bus's methodical recommendations 3.5 for
// the transform, RFC 9215 for keys in certificates.
package xmldsig
