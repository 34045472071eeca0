namespace CoLA.Core.Configuration;

/// <summary>
/// Keys of config.json that do not change what a frozen causal language model computes, so they may have any value. The reader
/// refuses every other key that it does not know, unless its value is null, false or empty.
/// </summary>
internal static class ModelConfigHarmlessKeys
{
    public static readonly IReadOnlySet<string> All = new HashSet<string>(StringComparer.Ordinal)
    {
        // Where the model comes from and how it was stored.
        "_name_or_path", "transformers_version", "transformers.js_config", "torch_dtype", "dtype", "unsloth_version", "unsloth_fixed",
        "is_llama_config", "max_sequence_length",

        // How HuggingFace's code runs it.
        "use_cache", "_attn_implementation", "_attn_implementation_autoset", "attn_implementation", "_flash_attn_2_enabled",
        "return_dict", "return_dict_in_generate", "output_hidden_states", "output_attentions", "output_scores", "torchscript",
        "use_bfloat16", "tf_legacy_loss", "gradient_checkpointing", "keys_to_ignore_at_inference",

        // The base model is frozen, so its dropout and its initialisation have no effect.
        "initializer_range", "attention_dropout",

        // Names of other tokens; labels of classifiers.
        "pad_token_id", "sep_token_id", "cls_token_id", "unk_token_id", "mask_token_id", "tokenizer_class",
        "decoder_start_token_id", "id2label", "label2id", "problem_type", "finetuning_task", "task_specific_params", "prefix",

        // Settings of generation, which every call sets itself.
        "max_length", "min_length", "max_new_tokens", "do_sample", "early_stopping", "num_beams", "num_beam_groups",
        "diversity_penalty", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty",
        "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences", "chunk_size_feed_forward",
        "forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values", "exponential_decay_length_penalty",
        "suppress_tokens", "begin_suppress_tokens",
    };
}
