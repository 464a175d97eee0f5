/** A question that only a person can answer before a chat starts, such as a captcha. Used up by one answer. */
export interface Challenge {
  /** The chat system's own id of the question. */
  id: string;
  /** JPEG, base64. */
  image: string;
  /** No answer is taken after this. */
  expiresAt: Date;
  /** 1 for the first question of a start; one more after each wrong answer. */
  attempt: number;
}

export interface AnsweredChallenge extends Omit<Challenge, 'image'> {
  /** As the person wrote it, without blanks at its edges. */
  answer: string;
}
