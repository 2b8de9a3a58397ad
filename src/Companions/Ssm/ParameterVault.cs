using System.Security.Cryptography;
using System.Text;
using Lamina.Store;

namespace Lamina.Companions.Ssm;

/// <summary>
/// Encrypts SecureStrings with a key of the data folder's own (AES-256-GCM, bound to the parameter's ARN), whichever KMS key they name:
/// there is no KMS here. It keeps values out of copies of the catalog, not from who can read the whole folder.
/// </summary>
public sealed class ParameterVault
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key;

    private ParameterVault(byte[] key) => _key = key;

    /// <summary>Reads the key of a data folder, or makes one when there is none.</summary>
    public static ParameterVault Open(string dataDirectory) => new(KeyFile.OpenOrCreate(
        Path.Combine(dataDirectory, "parameters.key"), KeyBytes, "Restore it: without it no SecureString can be read."));

    /// <summary>Base64 of nonce, tag and ciphertext: what GetParameter answers without decryption.</summary>
    internal string Encrypt(string value, string arn)
    {
        byte[] plain = Encoding.UTF8.GetBytes(value);
        byte[] sealedValue = new byte[NonceBytes + TagBytes + plain.Length];
        Span<byte> nonce = sealedValue.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using AesGcm cipher = new(_key, TagBytes);
        cipher.Encrypt(nonce, plain, sealedValue.AsSpan(NonceBytes + TagBytes), sealedValue.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(arn));
        return Convert.ToBase64String(sealedValue);
    }

    internal string Decrypt(string value, string arn)
    {
        byte[] sealedValue = Convert.FromBase64String(value);
        byte[] plain = new byte[sealedValue.Length - NonceBytes - TagBytes];
        using AesGcm cipher = new(_key, TagBytes);
        cipher.Decrypt(
            sealedValue.AsSpan(0, NonceBytes),
            sealedValue.AsSpan(NonceBytes + TagBytes),
            sealedValue.AsSpan(NonceBytes, TagBytes),
            plain,
            Encoding.UTF8.GetBytes(arn));
        return Encoding.UTF8.GetString(plain);
    }
}
