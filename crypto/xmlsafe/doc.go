// Package xmlsafe is the strict reader every XML document from outside goes
// through before anything else looks at it.
//
// It accepts the well-formed, namespace-well-formed part of XML 1.0 (fifth
// edition) and Namespaces in XML 1.0 (third edition) that the protocols of the
// gateway use, and refuses what attacks are made of: document type
// declarations and every entity beyond the five predefined ones, duplicate
// attributes and duplicate Ids, undeclared prefixes, more than one root,
// encodings other than UTF-8, and documents larger, deeper or wider than the
// caller's Limits. There is no lenient mode: whatever two readers could
// understand differently is an error here, carrying its byte offset.
//
// The result is a plain tree which remembers where in the source each element
// lies. Line ends and attribute values are normalised as the XML
// recommendation demands, CDATA sections are ordinary text, and text is merged
// into maximal runs, so a tree is exactly the infoset XML signatures work on.
package xmlsafe
