package smevtest

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/receiver"
)

// Paths of what people do by hand, beside the endpoints of the bus: all take POST.
const (
	// CabinetPath is the provider's cabinet (кабинет поставщика информации): the
	// body is a package, or a zip of one; the answer is its protocol.
	CabinetPath = "/cabinet"
	// PushPath makes ЕГИССО send the body to the participant of the parameter to,
	// as a broadcast, once under the name of the parameter name. The parameters from
	// and type change who sends it and as what.
	PushPath = "/push"
	// ClassifierPath makes another version of the КМСЗ the active one: the body is
	// a zip of answers of 10.02.I.
	ClassifierPath = "/classifier"
)

func (b *Bus) byHand(mux *http.ServeMux) {
	mux.HandleFunc("POST "+CabinetPath, func(w http.ResponseWriter, r *http.Request) {
		b.attend(w, r, func(body []byte) ([]byte, error) {
			protocol, err := b.Cabinet(body)
			return []byte(protocol), err
		})
	})
	mux.HandleFunc("POST "+PushPath, func(w http.ResponseWriter, r *http.Request) {
		b.attend(w, r, func(body []byte) ([]byte, error) {
			id, err := b.Push(r.Context(), Push{
				Name: r.FormValue("name"), To: r.FormValue("to"), From: r.FormValue("from"), Type: PushType(r.FormValue("type")), Content: body,
			})
			return []byte(id + "\n"), err
		})
	})
	mux.HandleFunc("POST "+ClassifierPath, func(w http.ResponseWriter, r *http.Request) {
		b.attend(w, r, func(body []byte) ([]byte, error) {
			documents, err := unzip(body)
			if err != nil {
				return nil, err
			}
			classifier, err := receiver.ReadClassifier(documents...)
			if err != nil {
				return nil, err
			}
			b.UseClassifier(classifier)
			return nil, nil
		})
	})
}

// attend reads what somebody brings and answers with what comes of it.
func (b *Bus) attend(w http.ResponseWriter, r *http.Request, do func(body []byte) ([]byte, error)) {
	if !b.enter() {
		return
	}
	defer b.handlers.Done()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, receiver.MaxFile))
	var reply []byte
	if err == nil {
		reply, err = do(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if _, err := w.Write(reply); err != nil {
		b.options.Log.Warn("reply not written", "err", err)
	}
}

// Cabinet takes a package that is brought by hand, an XML document or a zip
// with one, and returns its protocol. An error means that nothing was taken.
func (b *Bus) Cabinet(file []byte) (protocol string, err error) {
	if bytes.HasPrefix(file, []byte("PK")) {
		files, err := unzip(file)
		if err != nil {
			return "", err
		}
		if len(files) != 1 {
			return "", fmt.Errorf("в архиве файлов %d, а нужен один", len(files))
		}
		file = files[0]
	}
	now := b.options.Now()
	b.receiving.Lock()
	defer b.receiving.Unlock()
	result, err := b.receiver.Upload(file, now)
	if err != nil {
		return "", err
	}
	// What is brought by hand has no message: a name tells it apart.
	err = b.ledger.Processed(ledger.Processed{
		At: now, MessageID: "cabinet " + strconv.FormatInt(b.uploads.Add(1), 10) + " " + result.PackageID,
		PackageID: result.PackageID, Refusal: result.Refusal, Records: result.Records,
	})
	return result.Protocol, err
}

// unzip returns the files of an archive, which are small.
func unzip(archive []byte) (files [][]byte, err error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("архив не читается: %w", err)
	}
	for _, entry := range z.File {
		f, err := entry.Open()
		if err != nil {
			return nil, fmt.Errorf("архив не читается: %w", err)
		}
		content, err := io.ReadAll(io.LimitReader(f, receiver.MaxFile+1))
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("архив не читается: %w", err)
		}
		if len(content) > receiver.MaxFile {
			return nil, errors.New("файл в архиве слишком велик")
		}
		files = append(files, content)
	}
	return files, nil
}
