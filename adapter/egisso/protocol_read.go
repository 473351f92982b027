package egisso

import "errors"

// ReadProtocol reads a protocol of any version.
func ReadProtocol(content []byte) (*Protocol, error) { return nil, errors.New("not yet") }

// ReadMeasureRequest reads a 10.05.I/2.1.0 request.
func ReadMeasureRequest(content []byte) (*Package, error) { return nil, errors.New("not yet") }

// ReadFactData reads a 10.06.S/1.1.0 data document.
func ReadFactData(content []byte) (*Package, error) { return nil, errors.New("not yet") }
