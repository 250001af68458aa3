// OpenSSL made callable from Swift: the headers, and a function for each macro Swift cannot see.
#ifndef PASSMINT_COPENSSL_H
#define PASSMINT_COPENSSL_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Macros and inline stack accessors, which the importer leaves out.
static inline long passmint_BIO_get_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }
static inline STACK_OF(X509) *passmint_sk_X509_new_null(void) { return sk_X509_new_null(); }
static inline int passmint_sk_X509_push(STACK_OF(X509) *stack, X509 *certificate) {
  return sk_X509_push(stack, certificate);
}
static inline int passmint_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *passmint_sk_X509_value(const STACK_OF(X509) *stack, int index) {
  return sk_X509_value(stack, index);
}
static inline void passmint_sk_X509_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }
static inline void passmint_sk_X509_pop_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }
static inline int passmint_sk_CMS_SignerInfo_num(const STACK_OF(CMS_SignerInfo) *stack) {
  return sk_CMS_SignerInfo_num(stack);
}
static inline CMS_SignerInfo *passmint_sk_CMS_SignerInfo_value(const STACK_OF(CMS_SignerInfo) *stack, int index) {
  return sk_CMS_SignerInfo_value(stack, index);
}
static inline EVP_PKEY *passmint_EVP_RSA_gen(unsigned int bits) { return EVP_RSA_gen(bits); }
static inline int passmint_EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX *context, int padding) {
  return EVP_PKEY_CTX_set_rsa_padding(context, padding);
}

#endif
