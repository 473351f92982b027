// Package archive keeps the evidence of what the gateway sent and what it was told,
// outside the database: so that what a lost or older database does not know is known
// all the same, and can be shown to others.
//
// # Files
//
// Each process writes files of its own, a new one every day (UTC):
//
//	<folder>/2026-11-29/140501-5f3a9c0d.tar.zst
//
// the moment it was begun and a random number, in a folder of the day. Folders of days are
// 0700, files 0600; names say nothing of people. Files are only appended to, and a whole day
// can be moved away or deleted. Several gateways may share a folder or have one each.
//
// An entry costs little more than the fsync it cannot do without; a file for each would cost
// four times as much (BenchmarkAppend).
//
// A file is a tar archive, compressed by Zstandard (RFC 8878): tar --zstd -xf shows what is in
// it. Every entry is a member of its own, so that it can be read without those before it: a
// skippable frame, which decompressors pass over, and a frame. The first is
//
//	5E 2A 4D 18 2C 00 00 00, "EGSG"
//	length of the member, this frame included: 8 bytes, little-endian
//	SHA-256 of the frame that follows
//
// In a member is a folder of the tar archive, 00000001-package for the first one of the
// file: entry.json with the kind, the id and the moment, then the documents of the entry,
// in their order. The two blocks of zeros that end a tar archive are left out, since the
// next entry follows.
//
// # Damage
//
// [Writer.Append] returns when the entry is on the disk. What was being written when the
// power failed is the end of a file; that and any other damage costs only the entries it
// lies in: [Read] names the place and goes on with the next header. An entry that could
// not be appended may be there all the same, and be there twice after it was repeated:
// readers take the same kind and id as one.
package archive
