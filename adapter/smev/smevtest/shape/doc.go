// Package shape checks the structure of XML documents against small schemas
// written in an indented notation (what adapter/smev/SPEC.md#messages says): order of
// elements, how often each may occur, attributes, and the lexical form of
// values.
//
// It exists because the simulator must refuse what the real bus refuses even
// where the official XSDs are not at hand, and must do it without any code the
// gateway uses to write its messages. Its tests compare it with xmllint and
// the official XSDs wherever those are available.
//
// # Notation
//
// One particle per line, children indented deeper than their parent:
//
//	ns t urn://example/types/{V}        prefix for names in this file; {V} is the version
//	type uuid string pattern [0-9a-f]{8}-...
//	def  document                       a group of particles, used by name
//	  b:Number string
//	root t:Request                      a document element
//	  t:MessageID uuid                  element of a simple type
//	  t:Note? s50                       ? * + {m,n}: how often, once if absent
//	  t:Data @Id? id                    attribute, optional with ?, and its type
//	    use document
//	  choice                            exactly one of the children (choice? = at most one)
//	    t:A empty
//	    seq                             particles taken together
//	      t:B string
//	      t:C string
//	  any* not b                        elements of any namespace but that of b (##other of XSD)
//	  t:Signature skip                  contents are not looked at
//	  t:Old? string [1.1 1.2]           the line, and what is under it, exists in these versions only
//
// A type is a built-in name (string, bool, int, long, positive, decimal, double, date,
// dateTime, base64, ncname, id, anyuri) or a "type" line: a base type followed
// by facets max, min, len, gt, ge, le, enum and, last on the line, pattern.
//
// Content models must be deterministic (as XSD demands), so that one element
// of look-ahead decides.
package shape
